import * as v from "valibot";
import { SecateurError } from "../errors.ts";
import { countFilters, parseFilters } from "./chosenFilters.ts";
import type { MethodSpec } from "./spec.ts";

const options = v.object({
  remove: v.pipe(
    v.string(),
    v.title("Remove"),
    v.description("Which filters go, by their layers: `conv2d: 0 3 7-9; dense: 5`. They are counted from 0."),
  ),
});

export type FiltersOptions = v.InferOutput<typeof options>;

export const filtersSpec: MethodSpec<"filters", typeof options> = {
  name: "filters",
  title: "Chosen filters",
  description:
    "The filters that you name go, from every layer they are tied to. The model gets really smaller and faster. " +
    "Layers models only.",
  options,
  format: "layers-model",
  problem({ remove }) {
    try {
      parseFilters(remove);
      return undefined;
    } catch (error) {
      if (SecateurError.is(error)) return error.message;
      throw error;
    }
  },
  label: ({ remove }) => `without ${countFilters(parseFilters(remove))}`,
};
