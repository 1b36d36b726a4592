import type { WeightCriterion } from "../../../pruning/criteria/registry.ts";
import type { FilterInspection, LayerInspection } from "../../../pruning/metrics/inspection.ts";
import type { ModelSource } from "./state.ts";

/** The filters of a layer, most important first, by a criterion. */
export interface Ranked {
  readonly criterion: WeightCriterion;
  readonly filters: readonly FilterInspection[];
  /** Sum of their scores. */
  readonly total: number;
}

/** Ranks the filters of layers that somebody opens, each once. */
export class Ranks {
  readonly #source: ModelSource;
  readonly #criterion: () => WeightCriterion;
  #known = new WeakMap<LayerInspection, Promise<Ranked>>();
  #asked = 0;

  /** @param criterion the chosen one, at the moment of use */
  constructor(source: ModelSource, criterion: () => WeightCriterion) {
    this.#source = source;
    this.#criterion = criterion;
  }

  get criterion(): WeightCriterion {
    return this.#criterion();
  }

  /** @throws SecateurError as `Inspector.filters` */
  of(model: string, layer: LayerInspection): Promise<Ranked> {
    const known = this.#known.get(layer);
    if (known) return known;
    const ranked = this.#rank(model, layer.name, this.criterion);
    this.#known.set(layer, ranked);
    // It may go better the next time.
    ranked.catch(() => this.#known.delete(layer));
    return ranked;
  }

  /** Forgets all rankings, and stops those that are not done: another criterion was chosen. */
  clear(): void {
    this.#known = new WeakMap();
    if (this.#asked > 0) this.#source.close();
  }

  async #rank(model: string, layer: string, criterion: WeightCriterion): Promise<Ranked> {
    this.#asked++;
    try {
      const filters = await this.#source.filters({ model, layer, criterion: criterion.name });
      return { criterion, filters, total: filters.reduce((sum, { score }) => sum + score, 0) };
    } finally {
      this.#asked--;
    }
  }
}
