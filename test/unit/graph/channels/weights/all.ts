import { imageCases } from "./images.ts";
import { otherCases } from "./others.ts";
import type { WeightCase } from "./weightCase.ts";

/** Every layer class that holds weights for channels, or stands between layers that do. */
export const weightCases: Readonly<Record<string, WeightCase>> = { ...imageCases, ...otherCases };
