/** What the component says of its origin, for `merlon plugin inspect`: the engine inside is in Rust, and says
 * so. */

import { lengthOf } from "./numbers.js";

const CUSTOM = 0;

/** The component with a `producers` section that names the language of the plugin. */
export function madeIn(language, component) {
  const field = [text("language"), Buffer.from([1]), text(language), text("")];
  const body = Buffer.concat([text("producers"), Buffer.from([1]), ...field]);
  return Buffer.concat([component, Buffer.from([CUSTOM]), lengthOf(body), body]);
}

function text(content) {
  const bytes = Buffer.from(content);
  return Buffer.concat([lengthOf(bytes), bytes]);
}
