import { join } from "node:path";
import { projectRoot } from "./corpus.ts";

/** The sample workspace: a model of our own and real MNIST, which `npm test` puts there. */
export const samples = join(projectRoot, "samples");
export const sampleModel = join(samples, "mnist-cnn", "model.json");
export const sampleData = join(samples, "data", "mnist");
