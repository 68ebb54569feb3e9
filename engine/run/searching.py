"""Conducts the attempt of a search: has its trainings run as trials of their own and adds up what they came to.

Trainings that depend on none of each other, all of a grid or of one generation, run in whatever lanes are free.

Every training is named by its content and run once. A search that is killed and run again therefore takes the same
decisions from the same scores, finds what is there, and goes on with what is missing.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from xp.dsl.metrics import unit_of
from xp.dsl.trial import Segment, Start, Trial
from xp.dsl.tuning import Tuning
from xp.engine import checkpoints, resume
from xp.engine.journal import Journal, events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run import attempt as attempts
from xp.engine.run.failures import Outcome
from xp.engine.run.harvest import Harvest, deciding_attempt, facts_of, harvest, search_totals, seconds_of
from xp.engine.run.locks import BUSY_SECONDS
from xp.engine.run.queueing import Batch, Bring
from xp.engine.run.stopping import StoppedError
from xp.engine.search.children import alike, child_trial
from xp.engine.search.pbt import Decision, ExtinctError, Member, boundaries, decisions, healthy, ranking
from xp.engine.search.points import search_points

ENDED = frozenset({"completed", "cached", "left", "failed", "oom", "diverged", "timeout"})
"""States of a training behind which the search goes on, with what it has."""


@dataclass(frozen=True)
class RunServices:
    """What a search needs of the run around it."""

    layout: Layout
    share: Callable[[Batch], object]
    """Has trainings worked off in whatever lanes are free; raises where one of them broke or was stopped."""

    wait: Callable[[float], object]
    """Waits for so many seconds, or until the run is stopped."""

    stopped: Callable[[], bool]
    note: Callable[[str], object]
    show: Callable[[Mapping[str, Any]], object]
    """Takes an event for the display."""


@dataclass(frozen=True)
class Place:
    """Where in a search a training is."""

    generation: int
    member: int
    begins: int
    ends: int | None


@dataclass
class Search:
    """One attempt at a search trial."""

    trial: Trial
    services: RunServices
    journal: Journal
    trained: dict[str, Trial] = field(default_factory=dict)
    """Every training so far, by its id."""

    earlier: dict[str, int] = field(default_factory=dict)
    """How many attempts at each there were when it was first wanted."""

    @property
    def tuning(self) -> Tuning:
        """What is searched."""
        if self.trial.search is None:
            raise ValueError("no search")
        return self.trial.search

    @property
    def metric(self) -> str:
        """What trainings are judged by."""
        return self.tuning.metric or "eval_loss"

    @property
    def evidence(self) -> dict[str, Any]:
        """How many trainings have begun, and the seconds of all attempts that it has made at them, each for itself."""
        attempts = {trial: self.services.layout.attempts(trial) for trial in self.trained}
        since = [attempt for trial, made in attempts.items() for attempt in made[self.earlier[trial] :]]
        return {
            "trainings": sum(bool(made) for made in attempts.values()),
            "trained_seconds": sum((seconds_of(attempt) for attempt in since), 0.0),
        }

    def run(self) -> str | None:
        """Run what is missing and return the id of the best training; None where none completed."""
        return self.points() if self.tuning.algorithm in ("grid", "random") else self.generations()

    def points(self) -> str | None:
        """Train at every point."""
        tried = [*search_points(self.tuning, self.trial.id)]
        in_full = alike(tried)
        trials = [child_trial(self.trial, point, in_full=in_full) for point in tried]
        decided = [Decision("start", None, point, {}) for point in tried]
        members = self.generation(1, (0, self.trial.settings.max_steps), trials, decided)
        return self.best(members, trials)

    def generations(self) -> str | None:
        """Train generation after generation."""
        steps = boundaries(self.tuning, self.trial.settings.max_steps or 0)
        before: list[Trial] = []
        members: list[Member] = []
        for generation, (begins, ends) in enumerate(pairwise([0, *steps]), 1):
            try:
                decided = decisions(self.tuning, members, self.trial.id, generation)
            except ExtinctError:
                return None
            until = ends if generation < len(steps) else None
            in_full = alike(one.settings for one in decided)
            trials = [
                child_trial(
                    self.trial,
                    one.settings,
                    Segment(start_of_member(one, before, begins), until),
                    f"part {generation}.{member}",
                    in_full,
                )
                for member, one in enumerate(decided)
            ]
            members = self.generation(generation, (begins, ends), trials, decided, before)
            self.forget(before)
            before = trials
        return self.best(members, before)

    def generation(
        self,
        number: int,
        steps: tuple[int, int | None],
        trials: Sequence[Trial],
        decided: Sequence[Decision],
        before: Sequence[Trial] = (),
    ) -> list[Member]:
        """Have all members trained; then write down, in their order, what each did, and return how they stand."""
        for trial in trials:
            self.earlier.setdefault(trial.id, len(self.services.layout.attempts(trial.id)))
            self.trained[trial.id] = trial
        batch = Batch.of(trials, self.train)
        self.services.share(batch)
        harvests = [batch.found[trial.id] for trial in trials]
        for member, (trial, one, found) in enumerate(zip(trials, decided, harvests, strict=True)):
            self.tell(Place(number, member, *steps), trial, one, found, before)
        return [Member(one.settings, found.score(self.metric)) for one, found in zip(decided, harvests, strict=True)]

    def train(self, trial: Trial, bring: Bring) -> Harvest:
        """Bring one training to an end, after the one that it goes on from, and return what it came to."""
        found = harvest(self.services.layout, trial.id)
        if found.state == "completed":
            return found
        if trial.start is not None:
            self.provide(trial.start, bring)
        while not self.finish(trial, bring):
            self.services.wait(BUSY_SECONDS)
        return harvest(self.services.layout, trial.id)

    def provide(self, origin: Start, bring: Bring) -> None:
        """Have the checkpoint that a training goes on from: another search that shared it may have cleared it away."""
        layout, donor = self.services.layout, self.trained[origin.trial]
        while checkpoints.newest_intact(layout.attempts(donor.id), self.services.note, origin.step) is None:
            if donor.start is not None:
                self.provide(donor.start, bring)
            if self.finish(donor, bring, donates=True):
                return
            self.services.wait(BUSY_SECONDS)

    def finish(self, trial: Trial, bring: Bring, *, donates: bool = False) -> bool:
        """Bring a training to an end; return False where another lane or another xp works on it."""
        if self.services.stopped():
            raise StoppedError
        state = bring(trial, donates)
        if state not in ENDED and state != "busy":
            raise StoppedError
        return state != "busy"

    def forget(self, trials: Sequence[Trial]) -> None:
        """Delete the checkpoints that nobody goes on from any more."""
        for trial in trials:
            checkpoints.drop_checkpoints(self.services.layout.attempts(trial.id))

    def tell(
        self, place: Place, trial: Trial, decision: Decision, found: Harvest, before: Sequence[Trial] = ()
    ) -> None:
        """Write down what a member did in a generation."""
        donor = decision.donor if decision.action == "exploit" else None
        self.journal.append(
            "member",
            generation=place.generation,
            member=place.member,
            trial=trial.id,
            action=decision.action,
            donor=donor,
            donor_trial=None if donor is None else before[donor].id,
            checkpoint=self.origin(trial),
            from_step=place.begins,
            to_step=place.ends,
            values=decision.settings,
            operations=decision.operations,
            score=found.score(self.metric),
            state=found.state,
        )

    def origin(self, trial: Trial) -> str | None:
        """Return the checkpoint that a training went on from, relative to the results folder; None where it began."""
        if trial.start is None:
            return None
        ordered = [resume.ordered_resume(attempt) for attempt in self.services.layout.attempts(trial.id)]
        # a later attempt may go on from a checkpoint of its own
        point = next((one for one in reversed(ordered) if one is not None and one.trial == trial.start.trial), None)
        if point is None:
            return None
        layout = self.services.layout
        return str(layout.attempt(point.trial, point.attempt).checkpoint(point.step).relative_to(layout.root))

    def best(self, members: Sequence[Member], trials: Sequence[Trial]) -> str | None:
        """Return the id of the best of the trainings that are whole."""
        place = ranking(self.tuning, members)[0]
        return trials[place].id if healthy(members[place]) else None


def start_of_member(decision: Decision, before: Sequence[Trial], step: int) -> Start | None:
    """Return the checkpoint that a member goes on from, None where it begins."""
    return None if decision.donor is None else Start(trial=before[decision.donor].id, step=step)


def run_search(trial: Trial, attempt: AttemptLayout, services: RunServices) -> Outcome:
    """Run one attempt at a search to its end, keep what it came to in its journal, and return how it ended."""
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    began = time.monotonic()
    with Journal(attempt.engine_journal) as journal:
        search = Search(trial, services, journal)
        outcome = conclude_search(search)
        if outcome.state == "completed":
            inherit_files(attempt, deciding_attempt(services.layout.attempts(outcome.evidence["best"])), journal)
    attempts.journal_end(attempt, outcome, time.monotonic() - began)
    return outcome


def conclude_search(search: Search) -> Outcome:
    """Return how a search ended, after its numbers have been written down."""
    try:
        best = search.run()
    except StoppedError:
        return Outcome("interrupted", "the run was stopped", search.evidence)
    ends = {trial: harvest(search.services.layout, trial) for trial in search.trained}
    evidence = search.evidence | {"completed": sum(one.state == "completed" for one in ends.values())}
    if best is None:
        return Outcome("failed", "none of its trainings came to an end that can be judged", evidence)
    values = search_totals(ends[best], [*ends.values()])
    units = {name: unit for name in values if (unit := unit_of(name))}
    search.journal.append("metrics", step=None, values=values, units=units)
    search.services.show({"event": "metrics", "values": values})
    for told in facts_of_best(search.services.layout, best):
        search.journal.append("facts", **told)
    return Outcome("completed", evidence=evidence | {"best": best})


def inherit_files(attempt: AttemptLayout, best: AttemptLayout, journal: Journal) -> None:
    """Keep the files of the best training as the search's own: its summaries, and what each of them scored."""
    for event in events(best.journal(0)):
        if event["event"] == "artifact" and (best.root / event["path"]).is_file():
            shutil.copyfile(best.root / event["path"], attempt.root / event["path"])
            journal.append("artifact", **{key: event[key] for key in ("name", "path", "bytes", "sha256")})


def facts_of_best(layout: Layout, trial_id: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the best training stated of its model, its data and how it was measured."""
    for section in ("model", "dataset", "measurement"):
        yield from facts_of(deciding_attempt(layout.attempts(trial_id)), section)
