// Property tests try the same cases every time, so that a change is to blame when one fails. SECATEUR_SEED names
// another seed, any whole number, for whoever wants to look further.
import * as fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env.SECATEUR_SEED ?? 20251122) });
