"""What a Merlon plugin in Python imports: rules, subscriptions, a view of the rows, findings.

What the host lends is in modules of their own, one per capability: `log`, `ruleset`, `content`, `process`,
`kubernetes`, `state`. A plugin imports the ones it uses (`from merlon import log`), and the build asks the
host for exactly these. `merlon.testing` runs a plugin in an ordinary Python.

| in | for |
|---|---|
| `Plugin`, `Settings`, `export` | the class to write; what it is configured with; its last line |
| `Manifest`, `Rule`, `Subscription`, `Pattern` | what it is, wants to see, and wants looked for in files |
| `Batch`, `Row`, `Hit` | `row.text("exe")`, `texts`, `number`, `numbers`, `flag`, `json`, `hits()` |
| `Finding`, `Location`, `Outcome` | the answer |
| `PluginError`, `HostError` | why a plugin cannot answer; what the host refused |

`None` is the missing value.
"""

from .batch import Batch, Hit, Row
from .bindings import Confidence, Outcome, Severity
from .error import HostError, PluginError
from .finding import Finding, Location
from .manifest import Manifest, Pattern, Rule, Subscription
from .plugin import Plugin, Settings, export

__all__ = [
    "Batch",
    "Confidence",
    "Finding",
    "Hit",
    "HostError",
    "Location",
    "Manifest",
    "Outcome",
    "Pattern",
    "Plugin",
    "PluginError",
    "Row",
    "Rule",
    "Settings",
    "Severity",
    "Subscription",
    "export",
]
