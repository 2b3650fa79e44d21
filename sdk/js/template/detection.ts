/** A shell runs in a container. */

import type { Batch, Finding, Manifest, Plugin } from "merlon";

export default class ShellInContainer implements Plugin {
  manifest(): Manifest {
    return {
      rules: [
        {
          id: "shell-in-container",
          title: "A shell runs in a container",
          severity: "high",
          attack: ["T1059.004"],
        },
      ],
      subscriptions: [
        {
          kind: "process.exec",
          fields: ["exe", "container.id"],
          where: 'container.id exists and exe.name in ("sh", "bash", "dash", "ash")',
        },
      ],
    };
  }

  *evaluate(batch: Batch): Generator<Finding> {
    for (const row of batch) {
      yield {
        row,
        rule: "shell-in-container",
        message: `${row.text("exe")} runs in a container`,
        evidence: { container: row.text("container.id") },
      };
    }
  }
}
