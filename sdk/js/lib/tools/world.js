/** The world of a component that asks for no more than it uses, and whose lists of 64-bit numbers are
 * pairs: see `numbers.js`. */

import { PAIRS, SIXTY_FOUR_BITS } from "./numbers.js";

/** Lists of 64-bit numbers in the interface. */
const LISTS = 2;

/** `wit` is the text of `merlon.wit`. */
export function worldOf(wit, capabilities) {
  const parts = wit.split(SIXTY_FOUR_BITS);
  if (parts.length !== LISTS + 1) {
    throw new Error(`merlon.wit has ${parts.length - 1} lists of 64-bit numbers, not ${LISTS}`);
  }
  return parts
    .join(PAIRS)
    .replace(/^ +import ([a-z]+);\n/gm, (line, name) => (capabilities.includes(name) ? line : ""));
}
