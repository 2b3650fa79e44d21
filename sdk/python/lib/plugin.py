"""The class to write, and how it becomes the component's `detector`."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from .batch import Batch
from .bindings import Err, types
from .error import PluginError
from .finding import Finding
from .manifest import Manifest, Subscription


class Settings(dict[str, Any]):
    """What the ruleset's schema allows; the host has checked it and filled in the defaults."""

    text: str
    """The JSON it came in."""

    def __init__(self, text: str) -> None:
        try:
            values = json.loads(text)
        except ValueError as error:
            raise PluginError(f"the settings are no JSON: {error}") from error
        if not isinstance(values, dict):
            raise PluginError("the settings are no JSON object")
        super().__init__(values)
        self.text = text


class Plugin(ABC):
    """A plugin: made from its settings, says what it wants to see, judges what it is shown."""

    def __init__(self, settings: Settings) -> None:
        """Called once per instance. Raises `PluginError` when it refuses the settings."""
        self.settings = settings

    @abstractmethod
    def manifest(self) -> Manifest:
        """Called once per instance, after `__init__`: rules, subscriptions and patterns."""

    @abstractmethod
    def evaluate(self, batch: Batch) -> Iterable[Finding]:
        """Called per batch; may be a generator. Raises `PluginError` when it cannot answer."""


class Instance:
    """A live plugin, and what the SDK must remember of its manifest to read its batches."""

    def __init__(self, plugin: type[Plugin], settings: str) -> None:
        self._plugin = plugin(Settings(settings))
        self.manifest: Manifest = self._plugin.manifest()
        self._places = {rule.id: place for place, rule in enumerate(self.manifest.rules)}

    def evaluate(self, raw: types.Batch) -> list[types.Finding]:
        """Judges a batch. Nothing of an answer is kept when the plugin fails in the middle of it."""
        subscription: Subscription = self.manifest.subscriptions[raw.subscription]
        batch = Batch(raw, subscription.kind, subscription.fields)
        return [finding.to_raw(self._place_of(finding.rule)) for finding in self._plugin.evaluate(batch)]

    def _place_of(self, rule: str) -> int:
        place = self._places.get(rule)
        if place is None:
            raise PluginError(f"the manifest has no rule `{rule}`: add it there")
        return place


def export(plugin: type[Plugin]) -> type:
    """What the component exports. The plugin's module ends with `Detector = export(MyPlugin)`: the name
    is what the build looks for."""

    current: Instance | None = None

    class Detector:
        # There is one of these per function, so nothing is kept in `self`.
        def describe(self, settings: str) -> types.Manifest:
            nonlocal current
            try:
                current = Instance(plugin, settings)
                return current.manifest.to_raw()
            except PluginError as error:
                reason = str(error)
            raise Err(reason)

        def evaluate(self, batch: types.Batch) -> list[types.Finding]:
            if current is None:
                raise Err("evaluate was called before describe")
            try:
                return current.evaluate(batch)
            except PluginError as error:
                reason = str(error)
            raise Err(reason)

    return Detector
