import type { Architectures } from "./architecture.ts";
import { branches } from "./branches.ts";
import { residual } from "./residual.ts";
import { shapes } from "./shapes.ts";

/** Every small network that the analysis of channels is held against. */
export const architectures: Architectures = { ...residual, ...branches, ...shapes };
