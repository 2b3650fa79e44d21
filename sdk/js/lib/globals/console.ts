/** `console`, into the log. */

import * as log from "../log.ts";

const line = (values: unknown[]) => values.map(shown).join(" ").toWellFormed();

export const console = {
  debug: (...values: unknown[]) => log.debug(line(values)),
  log: (...values: unknown[]) => log.info(line(values)),
  info: (...values: unknown[]) => log.info(line(values)),
  warn: (...values: unknown[]) => log.warn(line(values)),
  error: (...values: unknown[]) => log.error(line(values)),
};

function shown(value: unknown): string {
  if (value instanceof Error) {
    return value.stack ? `${value.name}: ${value.message}\n${value.stack}` : String(value);
  }
  if (typeof value !== "object" || value === null) {
    return String(value);
  }
  try {
    return JSON.stringify(value);
  } catch {
    return String(value);
  }
}
