/** Lines for the operator; bounded, excess is counted. */

import { write } from "merlon:plugin/log@0.1.0";

import { text } from "./boundary.ts";

/** Writes a line for people who look for a fault. */
export function debug(message: string): void {
  write("debug", text(message, "a line of the log"));
}

/** Writes a line. */
export function info(message: string): void {
  write("info", text(message, "a line of the log"));
}

/** Writes a line about something that may be wrong. */
export function warn(message: string): void {
  write("warn", text(message, "a line of the log"));
}

/** Writes a line about something that is wrong. */
export function error(message: string): void {
  write("error", text(message, "a line of the log"));
}
