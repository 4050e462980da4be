"""From facts to a report in words: the tables of a page, of a printed copy and of a spreadsheet are these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from services.reporting.charts import pictures
from services.reporting.charts.drawing import Drawing
from services.reporting.charts.series import HOURS_TOGETHER, Grain, Series
from services.reporting.exports.facts import Facts
from services.reporting.exports.sheets import Cell, Sheet, Written, cell_of
from services.reporting.figures import CATALOGUE, OUTCOME_NAMES, PART_NAMES
from services.reporting.lateness import DEADLINES
from services.reporting.rates import RATE_OF_FIGURE, beside_percent
from shared.i18n import N_, Translator
from shared.i18n.vocabulary import CHANNELS, category_name

Called = Callable[[str, str, str], str]
"""What a code of the roster is called: kind, code, language (``shared.web.names.NameBook.called``)."""

MOST_ROWS = 20
"""In a picture; the table beside it has all."""

TABLES = ("figures", "trend", "categories", "channels", "outcomes", "deadlines", "heat", "flow")
"""The keys of a report's tables, in their order."""


def written(facts: Facts, translator: Translator, called: Called) -> Written:
    """The report in the translator's language."""
    first, last = facts.period.from_on, facts.period.to_on
    return Written(
        name=f"{facts.body.code}-{first.isoformat()}-{last.isoformat()}",
        title=f"{translator.gettext(N_('Figures'))} · {facts.body.code}",
        period=f"{translator.format_date(first)} – {translator.format_date(last)}",
        as_of=_as_of(facts, translator),
        language=translator.code,
        direction=translator.direction,
        sheets=[_figures(facts, translator), *charts_of(facts.series, translator, called)],
    )


def _as_of(facts: Facts, translator: Translator) -> str:
    newest = facts.body.newest_at
    if newest is None:
        return translator.gettext(N_("This body has reported nothing yet."))
    when = translator.format_datetime(newest, facts.body.time_zone)
    return translator.gettext(N_("As of %(when)s, the newest thing that this body reported.")) % {"when": when}


def _figures(facts: Facts, translator: Translator) -> Sheet:
    _ = translator.gettext
    rows: list[Sequence[Cell]] = []
    percent = set()
    beside = beside_percent(translator)
    parts = {part: _(name) for part, name in PART_NAMES.items()}
    for figure in CATALOGUE:
        says, base = _(figure.definition), ""
        if figure.denominator:
            says = f"{says} {_(N_('Out of:'))} {_(figure.denominator)}"
        if figure.is_percent:
            percent.add(len(rows))
            name = RATE_OF_FIGURE[figure.key]
            base = beside(name, facts.counted.rates[name])
        rows.append((_(figure.name), cell_of(facts.figures.get(figure.key), parts), base, says))
    columns = [_(N_("Figure")), _(N_("Value")), _(N_("What it is a share of")), _(N_("What it counts"))]
    return Sheet("figures", _(N_("Figures")), columns, rows, percent=frozenset(percent))


def charts_of(series: Series, translator: Translator, called: Called) -> list[Sheet]:
    """The tables of a report that have charts."""
    return list(_Charts(series, translator, called).sheets())


class _Charts:
    def __init__(self, series: Series, translator: Translator, called: Called) -> None:
        self._series, self._translator, self._called = series, translator, called
        self._ = translator.gettext

    def sheets(self) -> Iterator[Sheet]:
        yield self._trend()
        yield self._categories()
        yield self._bars("channels", N_("Issues by the way they came"), N_("Way"), self._channels())
        yield self._bars("outcomes", N_("Issues by how they stood at the end"), N_("Outcome"), self._outcomes())
        yield self._deadlines()
        yield self._heat()
        yield self._flow()

    def _trend(self) -> Sheet:
        series = self._series
        by_month = series.grain is Grain.MONTH
        title = self._(N_("Issues submitted, by month")) if by_month else self._(N_("Issues submitted, by week"))
        points = [(f"{on:%Y-%m}" if by_month else f"{on:%m-%d}", count) for on, count in series.trend]
        rows = [(f"{on:%Y-%m}" if by_month else on.isoformat(), count) for on, count in series.trend]
        picture = pictures.trend(self._drawing("trend", title), points, self._number)
        first = self._(N_("Month")) if by_month else self._(N_("Week from"))
        return Sheet("trend", title, [first, self._(N_("Issues"))], rows, picture)

    def _categories(self) -> Sheet:
        none = N_("No category")
        found = [
            (self._(category_name(code)) if code else self._(none), count) for code, count in self._series.categories()
        ]
        return self._bars("categories", N_("Issues by category"), N_("Category"), found)

    def _channels(self) -> list[tuple[str, int]]:
        return [(self._(CHANNELS.get(code, code)), count) for code, count in self._series.channels()]

    def _outcomes(self) -> list[tuple[str, int]]:
        found = self._series.outcomes()
        return [(self._(name), found[code]) for code, name in OUTCOME_NAMES.items() if found.get(code)]

    def _bars(self, key: str, title: str, label: str, rows: Sequence[tuple[str, int]]) -> Sheet:
        title = self._(title)
        drawn = list(rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            drawn.append((self._(N_("All others")), sum(count for _, count in rows[MOST_ROWS:])))
        picture = pictures.bars(self._drawing(key, title), drawn, self._number) if rows else None
        return Sheet(key, title, [self._(label), self._(N_("Issues"))], rows, picture)

    def _deadlines(self) -> Sheet:
        title = self._(N_("Deadlines kept and missed"))
        kept, missed, running = self._(N_("Kept")), self._(N_("Missed")), self._(N_("Still running"))
        rows = [(self._(DEADLINES[each.kind]), each.kept, each.missed, each.running) for each in self._series.deadlines]
        picture = pictures.kept_and_missed(
            self._drawing("deadlines", title), rows, (kept, missed, running), self._number
        )
        note = self._(
            N_(
                "First contact and answer: of the issues collected, those that ended without missing it have kept it. "
                "Commitments: those due in the period. Of a department's reply only what was missed is reported."
            )
        )
        columns = [self._(N_("Deadline")), kept, missed, running]
        return Sheet("deadlines", title, columns, rows, picture, note)

    def _heat(self) -> Sheet:
        title = self._(N_("Issues by community and hour of the day"))
        hours = [f"{at:02d}" for at in range(0, 24, HOURS_TOGETHER)]
        rows = [
            (self._called("community", code, self._translator.code), counts) for code, counts in self._series.heat()
        ]
        drawn = list(rows[:MOST_ROWS])
        if len(rows) > MOST_ROWS:
            others = [sum(column) for column in zip(*(counts for _, counts in rows[MOST_ROWS:]), strict=True)]
            drawn.append((self._(N_("All others")), others))
        picture = pictures.heat(self._drawing("heat", title), drawn, hours, self._number) if rows else None
        note = self._(
            N_("Each column is two hours, from the hour that it names. Communities stand in the order of their codes.")
        )
        return Sheet(
            "heat", title, [self._(N_("Community")), *hours], [(name, *counts) for name, counts in rows], picture, note
        )

    def _flow(self) -> Sheet:
        title = self._(N_("From the way they came to how they stood at the end"))
        flow = {(channel, outcome or ""): issues for (channel, outcome), issues in self._series.flow().items()}
        sources = [(code, self._(CHANNELS.get(code, code))) for code, _ in self._series.channels()]
        ends: Mapping[str, str] = {code or "": self._(name) for code, name in OUTCOME_NAMES.items()}
        targets = [(code, name) for code, name in ends.items() if any(flow.get((start, code)) for start, _ in sources)]
        picture = pictures.flow(self._drawing("flow", title), sources, targets, flow, self._number) if flow else None
        rows: list[Sequence[Cell]] = [(name, *(flow.get((code, to), 0) for to, _ in targets)) for code, name in sources]
        return Sheet("flow", title, [self._(N_("Way")), *(name for _, name in targets)], rows, picture)

    def _drawing(self, key: str, title: str) -> Drawing:
        says = self._(N_("The table beside it has the same numbers."))
        description = f"{title}. {says}"
        return Drawing(key, title, description, rtl=self._translator.direction == "rtl")

    def _number(self, value: int) -> str:
        return self._translator.format_number(value)
