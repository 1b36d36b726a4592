import type { Architectures } from "./architecture.ts";
import { branches } from "./branches.ts";
import { formats } from "./formats.ts";
import { nestedModels } from "./nested.ts";
import { normalizations } from "./normalization.ts";
import { recurrents } from "./recurrent.ts";
import { residual } from "./residual.ts";
import { shapes } from "./shapes.ts";
import { sharedLayers } from "./shared.ts";

/** Every small network that the analysis of channels is held against. */
export const architectures: Architectures = {
  ...residual,
  ...branches,
  ...shapes,
  ...recurrents,
  ...sharedLayers,
  ...nestedModels,
  ...normalizations,
  ...formats,
};
