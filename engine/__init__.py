"""The doing: runs trials, measures them and keeps what they said. The only input and output."""
