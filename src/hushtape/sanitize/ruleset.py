"""The ruleset: all rules, compiled; what the session, the audit and the log filter call.

Lives here: `Ruleset` with its entry points for URIs, header fields, texts and bodies. Must not: know how
rules match (`plan` and the verifiers), decode, do I/O. Called by: session, audit, logs, chain.
Immutable once built, shared by threads; only caches of clean header values change, and they are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from msgspec import structs

from hushtape.model import Headers
from hushtape.sanitize import engine as engines
from hushtape.sanitize import totals
from hushtape.sanitize.audit import Auditor, TextAudit
from hushtape.sanitize.audit_dull import DullHex
from hushtape.sanitize.audit_finding import Finding, Scan, Weak, all_are_weak, first_found
from hushtape.sanitize.audit_letters import Letters
from hushtape.sanitize.audit_odd import OddSecrets
from hushtape.sanitize.audit_views import inspect
from hushtape.sanitize.cut_ends import CutBody, CutEnds
from hushtape.sanitize.encoded import base64_filler, hex_filler
from hushtape.sanitize.finder import Finder
from hushtape.sanitize.further import stages
from hushtape.sanitize.header_policy import HeaderPolicy
from hushtape.sanitize.heads import Side, scrub
from hushtape.sanitize.learning import Learned
from hushtape.sanitize.named_within import holding, key_of, may_hold
from hushtape.sanitize.patterns import Allowance, octets
from hushtape.sanitize.placeholders import refuse_unstable
from hushtape.sanitize.plan import Plan
from hushtape.sanitize.rules import REDACTED, HeaderRule, Phase, Rule, SecretRule
from hushtape.sanitize.scrubber import Scrubber
from hushtape.sanitize.spans import FORM, TEXT, URI, Teach, context_of
from hushtape.sanitize.torn import Looking, Watch, without_named
from hushtape.sanitize.wide import WideScrubber

if TYPE_CHECKING:
    from hushtape.sanitize.stages import BodyScrubber


class Ruleset:
    """Compiled rules. Build one with `Ruleset.compile`."""

    __slots__ = (
        "_base",
        "_dull",
        "_each",
        "_left",
        "_letters",
        "_looking",
        "_odd",
        "_overlap",
        "_plans",
        "_request",
        "_response",
        "_stages",
        "_taught",
        "_texts",
        "ends",
        "engine",
        "placeholders",
        "rules",
    )

    def __init__(self, rules: tuple[Rule, ...], engine: str) -> None:
        self.rules = rules
        self.engine = engines.choose(engine)
        self.placeholders = totals.placeholders(rules)
        self._left = frozenset(text.encode() for text in self.placeholders)
        request, response = totals.of_phase(rules, "request"), totals.of_phase(rules, "response")
        plan = Plan(request, self.engine)
        self._request = Side(plan, _policy(request))
        same = request == response
        self._response = Side(plan if same else Plan(response, self.engine), _policy(response))
        self._stages = {"request": stages(request), "response": stages(response)}
        self._plans: tuple[Plan, ...] = (plan,) if same else (plan, self._response.plan)
        self._overlap = totals.overlap(rules)
        self._odd = OddSecrets.of(rules)
        self.ends = CutEnds(rule for rule in rules if isinstance(rule, SecretRule))
        self._taught = Learned()
        self._base: Ruleset | None = None
        self._each: tuple[Ruleset, ...] = ()
        self._looking: tuple[tuple[Ruleset, bytes], ...] = ()
        """Of named values alone, and of portions of those that hold others; compiled with the first look."""
        self._dull = DullHex(rules)
        self._letters = Letters.of(rules)
        self._texts = TextAudit(self._audit_scan(), self._odd and self._odd.apart, self._dull)
        refuse_unstable(rules, self._scrub_for_check)

    @classmethod
    def compile(cls, rules: Iterable[Rule], *, engine: str = "auto") -> Ruleset:
        """Compile rules; the last one wins a tie. `engine`: "auto" (hyperscan where it is installed),
        "ahocorasick" or "hyperscan"; both give the same output.

        Raises:
            SanitizerError: a secret under 3 bytes, a bad pattern, or a placeholder that the rules match.
            OptionError, MissingDependencyError: the engine.
        """
        return _compiled(tuple(rules), engines.choose(engine))

    def with_secrets(self, secrets: Iterable[SecretRule]) -> Ruleset:
        """A ruleset with further exact secrets, learned ones, for both phases, in automata of their own.

        A value that stands in a placeholder is passed over: it was redacted before it was learned. Where a
        rule's placeholder can't stand for a secret in base64 or hex, `REDACTED` does.
        """
        known = {rule.value for rule in self.rules if isinstance(rule, SecretRule)}
        extra: dict[str, SecretRule] = {}
        for rule in secrets:
            if rule.value not in known:  # where two rules redacted it, the last one decides: the user's
                rule = self._with_stable_text(rule)
                texts = self.placeholders | totals.placeholders((rule,))
                if not any(rule.value in text for text in texts):
                    extra[rule.value] = rule
        added = tuple(extra.values())
        taught = self._taught.add(added, self.engine)
        return _joined(self._base or self, taught, CutEnds(added, self.ends)) if added else self

    @property
    def known(self) -> Ruleset:
        """Only the values that are known, named or learned: for what guesses by names and looks may pass."""
        rules = (self._base or self).rules
        named = _compiled(
            tuple(one for one in rules if isinstance(one, SecretRule)), engines.for_little(self.engine)
        )
        return _joined(named, self._taught, self.ends) if self._taught.rules else named

    @property
    def learned(self) -> Ruleset:
        """Only the values that joined with `with_secrets`: for what the other rules went over already."""
        return _joined(_compiled((), self.engine), self._taught, CutEnds(self._taught.rules))

    @property
    def possible_placeholders(self) -> frozenset[str]:
        """The placeholders, and what learned values would leave inside base64 and hex."""
        secrets = [SecretRule("", text) for text in (REDACTED, *self.placeholders)]
        return self.placeholders | totals.placeholders(tuple(secrets))

    def _with_stable_text(self, rule: SecretRule) -> SecretRule:
        fillers = base64_filler(rule.placeholder), hex_filler(rule.placeholder)
        if rule.placeholder and not any(map(self.scan, fillers)):
            return rule
        return structs.replace(rule, placeholder=REDACTED)

    # --- heads -----------------------------------------------------------------------------------

    def uri(self, uri: str, phase: Phase = "request", teach: Teach | None = None) -> str:
        """The URI, scrubbed; users' patterns run on those of requests."""
        uri = self._uri(uri, phase, teach)
        further = self._stages[phase] if phase == "request" else None
        if further is None or further.patterns is None:
            return uri
        changed = further.patterns.run(uri, "uri", Allowance())
        return uri if changed == uri else self._uri(changed, phase, teach)

    def _uri(self, uri: str, phase: Phase, teach: Teach | None) -> str:
        data = uri.encode("utf-8", "surrogatepass")
        plan = self.side(phase).plan
        hits = plan.find(data)
        if not hits:
            return uri
        clean = scrub(plan, data, hits, URI, teach)
        return uri if clean is data else clean.decode("utf-8", "surrogateescape")

    def headers(self, headers: Headers, phase: Phase, uri: str = "", teach: Teach | None = None) -> Headers:
        """The fields, scrubbed; the same object if nothing had to change."""
        side, further = self.side(phase), self._stages[phase]
        clean = side.fields(headers, teach)
        if further is None or further.patterns is None:
            return clean
        allowance, run = Allowance(), further.patterns.run
        changed = Headers([(name, octets(value, run, allowance)) for name, value in clean.pairs])
        return clean if changed == clean else side.fields(changed, teach)

    def head(
        self, uri: str, headers: Headers, phase: Phase, teach: Teach | None = None
    ) -> tuple[str, Headers]:
        """URI and fields; the same objects where nothing had to change. The hot path.

        `teach`: told of the credentials that are redacted, here and in all that takes it.
        """
        side = self._request if phase == "request" else self._response
        if self._stages[phase] is None and side.clean.issuperset(headers.pairs):
            return self.uri(uri, phase, teach), headers
        return self.uri(uri, phase, teach), self.headers(headers, phase, "", teach)

    # --- texts and bodies ------------------------------------------------------------------------

    def text(self, text: str) -> str:
        """A message, `repr` or log line, scrubbed by the rules of both phases."""
        for plan in self._plans:
            data = text.encode("utf-8", "surrogatepass")
            hits = plan.find(data)
            clean = scrub(plan, data, hits, TEXT) if hits else data
            if clean is not data:
                try:
                    text = clean.decode("utf-8", "surrogatepass")
                except UnicodeDecodeError:
                    text = clean.decode("utf-8", "replace")
        for further in {self._stages["request"], self._stages["response"]}:
            if further is not None and further.patterns is not None and further.patterns.body:
                text = further.patterns.tell(text)
        return text

    def scrubber(
        self, phase: Phase, content_type: str = "", teach: Teach | None = None, watch: Watch | None = None
    ) -> BodyScrubber:
        """A scrubber for one body. `content_type`: a value, or ""; `watch`: told of replacements."""
        plan, context = self.side(phase).plan, context_of(content_type)
        further, again = self._stages[phase], partial(Scrubber, plan, context)

        def make() -> BodyScrubber:
            first: BodyScrubber = Scrubber(plan, context, teach, None if watch is None else watch.stream())
            made = first if further is None else further.behind(first, again, content_type)
            hides = self._hides if made is first else None  # what a user's stage took, no audit sees
            return CutBody(made, self.ends, hides) if self.ends.longest else made

        return WideScrubber(make)

    def further(self, phase: Phase | None) -> BodyScrubber | None:
        """Only what users' patterns and JSON paths do in a body: the audit knows them not. None: nothing."""
        further = self._stages[phase] if phase is not None else None
        return None if further is None else further.alone()

    def finder(self, watch: Watch | None = None) -> Finder:
        """A scrubber for one stream that also tells which spans it met (`scan` shows each of them)."""
        return Finder(self._response.plan, TEXT, None if watch is None else watch.stream())

    def scan(self, data: bytes, weak: Weak | None = None) -> tuple[str, int] | None:
        """The first thing that the rules of both phases would redact: (rule's name, offset); None: nothing.

        `weak`: findings that don't count, see `Scan`. The data may be a window
        of something longer: what is cut off at its end and could be a placeholder (or `null`) if it went on
        is no finding; windows have to overlap. Nothing is decoded. What only a field's name tells of has to
        look like a credential: a file in base64 that says `api_key=YOUR_KEY` must not fail a tape.
        """
        for plan in self._plans:
            found = first_found(plan, TEXT, data, self._left, weak)
            if found is not None:
                return found
        return None

    def auditor(self) -> Auditor:
        """A fresh auditor over one stream: decodes in every way we know and scans with these rules."""
        odd = self._odd and self._odd.apart
        return Auditor(self._audit_scan(), self._overlap, odd, self._dull)

    def watch(self, phase: Phase, of: Ruleset | None = None) -> Watch | None:
        """A watch over one body: whether a rule takes a part of a named value in a writing that only the
        audit reads. None: nothing is named. `of`: whose values, where those are replaced later only."""
        return self._watched(phase) if of is None else of._watched(phase, apart=True)

    def _watched(self, phase: Phase, *, apart: bool = False) -> Watch | None:
        named = self._base or self  # what was learned tears named values, too
        if named._letters is None:
            return None
        by_named = bool(named._looking[1:]) if named._looking else may_hold(named.rules)
        return Watch(lambda: named._looks(phase), totals.reach(named.rules), by_named=by_named, apart=apart)

    def _looks(self, phase: Phase) -> Iterator[Looking]:
        if not self._looking:  # without the fields: where each line has one, they took two thirds of a look
            known = self.known
            portions = holding(self.rules, known.engine) if may_hold(self.rules) else ()
            parts = [(Ruleset.compile(rules, engine=known.engine), key_of(rules)) for rules in portions]
            self._looking = ((known, b""), *parts)
        for number, (one, key) in enumerate(self._looking):
            yield one._look(phase, number > 0, key)

    def _look(self, phase: Phase, by_named: bool, key: bytes = b"") -> Looking:
        values = [rule for rule in self.rules if isinstance(rule, SecretRule) and rule.value]

        def each() -> Iterator[Looking]:
            if not self._each:
                alone = [structs.replace(rule, whole=True) for rule in values]
                self._each = tuple(Ruleset.compile([rule], engine=self.engine) for rule in alone)
            yield from (one._look(phase, by_named) for one in self._each)

        many = each if len(values) > 1 else None
        return Looking(self.side(phase).plan, self._look_for_named, by_named, key, many)

    def _hides(self, data: bytes) -> bool:
        return self._look_for_named(without_named(self._response.plan, data, TEXT)) is not None

    def _look_for_named(self, data: bytes) -> Finding | None:
        scan = self._audit_scan()
        found = inspect(data, lambda view, weak=None: scan(view, all_are_weak), self._dull)
        if found is None and self._odd is not None:
            found = self._odd.look(data)
        return None if found is None else Finding(found[0], f"under {found[2]}")

    def _audit_scan(self) -> Scan:
        """What the audit looks for in each view. Learned values are not told by their letters: for those that
        a tape begins with, the automaton is built once."""
        scan = self.scan if self._odd is None else self._odd.beside(self.scan)
        return scan if self._letters is None else self._letters.beside(scan)

    def audit_texts(self, texts: Sequence[str]) -> Finding | None:
        """The audit of what stands outside bodies (a URI, header values, messages), each text for itself.
        Short clean ones are remembered (at most 2,048): fields that come with every exchange are looked at
        once."""
        return self._texts.look(texts)

    def _become(self, taught: Learned) -> None:
        """In a fresh copy: take in the learned rules."""
        self.rules += taught.rules
        self.placeholders |= totals.placeholders(taught.rules)
        self._left = frozenset(text.encode() for text in self.placeholders)
        self._plans = tuple(plan.joined(taught.plans) for plan in self._plans)
        self._request = Side(self._plans[0], self._request.policy)
        self._response = Side(self._plans[-1], self._response.policy)
        self._overlap = max(self._overlap, totals.overlap(taught.rules))
        if taught.odd:
            self._odd = OddSecrets.of(self.rules)
        self._dull = DullHex(self.rules)
        self._texts = TextAudit(self._audit_scan(), self._odd and self._odd.apart, self._dull)

    def side(self, phase: Phase) -> Side:
        """The plan and the header policy of a phase."""
        return self._request if phase == "request" else self._response

    def _scrub_for_check(self, data: bytes, form: bool) -> bytes:
        """Both phases' plans over a probe."""
        for plan in self._plans:
            hits = plan.find(data)
            data = scrub(plan, data, hits, FORM if form else TEXT) if hits else data
        return data


@lru_cache(maxsize=8)
def _compiled(rules: tuple[Rule, ...], engine: str) -> Ruleset:
    return Ruleset(rules, engine)


def _joined(base: Ruleset, taught: Learned, ends: CutEnds) -> Ruleset:
    """The rules of `base` and learned ones. Nothing of `base` is compiled anew, or shared that changes."""
    made = copy(base)
    made._base, made._taught, made.ends = base, taught, ends
    made._become(taught)
    return made


def _policy(rules: tuple[Rule, ...]) -> HeaderPolicy:
    return HeaderPolicy(rule for rule in rules if isinstance(rule, HeaderRule))
