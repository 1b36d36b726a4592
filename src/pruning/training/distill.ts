import type { LoadedModel } from "../engine/engine.ts";
import { findHead, type Head, scoreSplit } from "../engine/evaluate.ts";
import { bestClasses } from "../metrics/accuracy.ts";
import type { Model } from "../model/model.ts";
import type { TrainingData } from "./batches.ts";
import { batchMaker } from "./batches.ts";
import type { FineTuneContext, FineTuned } from "./context.ts";
import { fineTune } from "./fineTune.ts";
import type { DistillOptions } from "./options.ts";

export interface DistillContext extends FineTuneContext {
  /** The unpruned model: the teacher. */
  readonly original: Model;
}

const defaultTemperature = 2;

/**
 * Trains a pruned model to answer as the unpruned one does (Hinton et al. 2015). Without a share for labels none is
 * looked at, and what is validated is agreement: the teacher's best classes take the place of labels.
 */
export async function distill(
  model: Model,
  { temperature = defaultTemperature, labels = 0, ...options }: DistillOptions,
  context: DistillContext,
): Promise<FineTuned> {
  const teacher = await context.engine.load(context.original);
  try {
    const { name } = await headOf(teacher, context.train);
    const validation = labels > 0 ? context.validation : await answeredBy(teacher, context.validation, context.signal);
    return await fineTune(model, options, {
      ...context,
      validation,
      teacher: { model: teacher, output: name, temperature, share: 1 - labels },
    });
  } finally {
    teacher.dispose();
  }
}

async function headOf(teacher: LoadedModel, data: TrainingData): Promise<Head> {
  const { values, shape } = batchMaker(data, data.fit.batchSize ?? 2, { flip: false, shift: 0 }, 0)(0);
  return findHead(await teacher.predict(values, shape), data.fit.classes);
}

/** The same images, labelled with the teacher's best classes. */
async function answeredBy(
  teacher: LoadedModel,
  data: TrainingData,
  signal: AbortSignal | undefined,
): Promise<TrainingData> {
  const { split, fit, scaling } = data;
  const { scores, classes } = await scoreSplit(teacher, split, fit, scaling, { signal });
  const labels = Uint16Array.from(bestClasses(scores, classes), (best) => Math.max(0, best));
  return { ...data, split: { ...split, labels } };
}
