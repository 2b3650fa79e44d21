/** Where the text of a bug goes: the boundary has no place for it. */

let report: ((text: string) => void) | undefined;

/** Called by `log.ts`, so that a plugin without a log asks for none. */
export function reportBugsTo(reporter: (text: string) => void): void {
  report = reporter;
}

export function reportBug(bug: unknown): void {
  const text = bug instanceof Error ? `${bug.name}: ${bug.message}\n${bug.stack ?? ""}` : String(bug);
  report?.(text.trimEnd().toWellFormed());
}
