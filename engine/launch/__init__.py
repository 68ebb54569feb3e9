"""How the processes of an attempt come to life."""
