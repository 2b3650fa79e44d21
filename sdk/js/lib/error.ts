/**
 * Why the plugin refuses its settings or cannot judge a batch, in a sentence for the operator.
 *
 * Thrown in the constructor, `manifest` or `evaluate`, it is the answer to the host; the policy's
 * `on_fault` decides what that means. Everything else that is thrown is a bug and costs the instance.
 */
export class PluginError extends Error {
  override name = "PluginError";
}

/** What the host refused. A plugin that does not catch it cannot answer. */
export class HostError extends PluginError {
  override name = "HostError";
}

/** Asks the host, which throws its refusal as a text. */
export function ask<T>(question: () => T): T {
  try {
    return question();
  } catch (refusal) {
    throw new HostError(String(refusal));
  }
}
