"""Conducts the attempt of a search: runs its trainings as trials of their own and adds up what they came to.

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

from xp.dsl.trial import Segment, Start, Trial
from xp.dsl.tuning import Tuning
from xp.engine.journal import Journal, events
from xp.engine.layout import AttemptLayout, Layout
from xp.engine.run import attempt as attempts
from xp.engine.run.failures import Outcome
from xp.engine.run.harvest import Harvest, facts_of, harvest, together
from xp.engine.run.locks import BUSY_SECONDS
from xp.engine.search.children import alike, child
from xp.engine.search.pbt import Decision, ExtinctError, Member, boundaries, decisions, healthy, ranking
from xp.engine.search.points import points
from xp.engine.train import checkpoints, resume
from xp.engine.train.record import unit_of

ENDED = frozenset({"completed", "cached", "left", "failed", "oom", "diverged", "timeout"})
"""States of a training behind which the search goes on, with what it has."""


class StoppedError(Exception):
    """The run was stopped: what is missing waits for the next one."""


@dataclass(frozen=True)
class Company:
    """What a search needs of the run around it."""

    layout: Layout
    bring: Callable[[Trial, bool], str]
    """Brings a training to an end, anew where the flag says so, and returns its state."""

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
    company: Company
    journal: Journal
    trained: dict[str, Trial] = field(default_factory=dict)
    """Every training so far, by its id."""

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

    def run(self) -> str | None:
        """Run what is missing and return the id of the best training; None where none completed."""
        return self.points() if self.tuning.algorithm in ("grid", "random") else self.generations()

    def points(self) -> str | None:
        """Train at every point."""
        members = []
        trials = []
        tried = [*points(self.tuning, self.trial.id)]
        in_full = alike(tried)
        for place, point in enumerate(tried):
            trials.append(child(self.trial, point, in_full=in_full))
            found = self.train(trials[-1])
            members.append(Member(point, found.score(self.metric)))
            where = Place(1, place, 0, self.trial.settings.max_steps)
            self.tell(where, trials[-1], Decision("start", None, point, {}), found)
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
                child(
                    self.trial,
                    one.settings,
                    Segment(start(one, before, begins), until),
                    f"part {generation}.{member}",
                    in_full,
                )
                for member, one in enumerate(decided)
            ]
            harvests = [self.train(trial) for trial in trials]
            for member, (trial, one, found) in enumerate(zip(trials, decided, harvests, strict=True)):
                self.tell(Place(generation, member, begins, ends), trial, one, found, before)
            members = [
                Member(one.settings, found.score(self.metric)) for one, found in zip(decided, harvests, strict=True)
            ]
            self.forget(before)
            before = trials
        return self.best(members, before)

    def train(self, trial: Trial, *, anew: bool = False) -> Harvest:
        """Bring one training to an end, after the one that it goes on from, and return what it came to."""
        self.trained[trial.id] = trial
        found = harvest(self.company.layout, trial.id)
        if found.state == "completed" and not anew:
            return found
        if self.company.stopped():
            raise StoppedError
        if trial.start is not None:
            self.provide(trial.start)
        while (state := self.company.bring(trial, anew)) not in ENDED:
            if state != "busy" or self.company.stopped():
                raise StoppedError
            self.company.wait(BUSY_SECONDS)
        return harvest(self.company.layout, trial.id)

    def provide(self, origin: Start) -> None:
        """Have the checkpoint that a training goes on from: another search that shared it may have cleared it away."""
        layout = self.company.layout
        if checkpoints.newest(layout.attempts(origin.trial), self.company.note, origin.step) is None:
            self.train(self.trained[origin.trial], anew=True)

    def forget(self, trials: Sequence[Trial]) -> None:
        """Delete the checkpoints that nobody goes on from any more."""
        for trial in trials:
            for attempt in self.company.layout.attempts(trial.id):
                checkpoints.drop(attempt, keep_last=False)

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
        ordered = [resume.ordered(attempt) for attempt in self.company.layout.attempts(trial.id)]
        # a later attempt may go on from a checkpoint of its own
        point = next((one for one in reversed(ordered) if one is not None and one.trial == trial.start.trial), None)
        if point is None:
            return None
        layout = self.company.layout
        return str(layout.attempt(point.trial, point.attempt).checkpoint(point.step).relative_to(layout.root))

    def best(self, members: Sequence[Member], trials: Sequence[Trial]) -> str | None:
        """Return the id of the best of the trainings that are whole."""
        place = ranking(self.tuning, members)[0]
        return trials[place].id if healthy(members[place]) else None


def start(decision: Decision, before: Sequence[Trial], step: int) -> Start | None:
    """Return the checkpoint that a member goes on from, None where it begins."""
    return None if decision.donor is None else Start(trial=before[decision.donor].id, step=step)


def conduct(trial: Trial, attempt: AttemptLayout, company: Company) -> Outcome:
    """Run one attempt at a search to its end, keep what it came to in its journal, and return how it ended."""
    attempt.trial_file.write_text(trial.model_dump_json(), encoding="utf-8")
    began = time.monotonic()
    with Journal(attempt.engine_journal) as journal:
        search = Search(trial, company, journal)
        outcome = concluded(search)
        if outcome.state == "completed":
            inherit(attempt, company.layout.attempts(outcome.evidence["best"])[-1], journal)
    attempts.close(attempt, outcome, time.monotonic() - began)
    return outcome


def concluded(search: Search) -> Outcome:
    """Return how a search ended, after its numbers have been written down."""
    try:
        best = search.run()
    except StoppedError:
        return Outcome("interrupted", "the run was stopped", {"trainings": len(search.trained)})
    ends = {trial: harvest(search.company.layout, trial) for trial in search.trained}
    evidence: dict[str, Any] = {
        "trainings": len(ends),
        "completed": sum(one.state == "completed" for one in ends.values()),
    }
    if best is None:
        return Outcome("failed", "none of its trainings came to an end that can be judged", evidence)
    values = together(ends[best], [*ends.values()])
    units = {name: unit for name in values if (unit := unit_of(name))}
    search.journal.append("metrics", step=None, values=values, units=units)
    search.company.show({"event": "metrics", "values": values})
    for told in statements(search.company.layout, best):
        search.journal.append("facts", **told)
    return Outcome("completed", evidence=evidence | {"best": best})


def inherit(attempt: AttemptLayout, best: AttemptLayout, journal: Journal) -> None:
    """Keep the files of the best training as the search's own: its summaries, and what each of them scored."""
    for event in events(best.journal(0)):
        if event["event"] == "artifact" and (best.root / event["path"]).is_file():
            shutil.copyfile(best.root / event["path"], attempt.root / event["path"])
            journal.append("artifact", **{key: event[key] for key in ("name", "path", "bytes", "sha256")})


def statements(layout: Layout, trial_id: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the best training stated of its model, its data and how it was measured."""
    for section in ("model", "dataset", "measurement"):
        yield from facts_of(layout.attempts(trial_id)[-1], section)
