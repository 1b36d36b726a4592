/** One network of the benchmark, and how it is trained. */
export interface SssSubject {
  /** Its folder in the corpus. */
  readonly model: string;
  /** The folder of its data, and what that is called. */
  readonly data: string;
  readonly dataName: string;
  /** Images to learn from. */
  readonly train: number;
  /** Images to measure on; all where it is left out. */
  readonly test?: number;
  /** Passes that choose, and that train what is left. */
  readonly epochs: number;
  readonly tuning: number;
  /** Ascending. */
  readonly gammas: readonly number[];
  /** Pixels by which images are shifted at most. */
  readonly shift: number;
}

const usual: readonly SssSubject[] = [
  {
    model: "fashion-vggbn-mawais",
    data: "fashion-mnist",
    dataName: "Fashion-MNIST",
    train: 12_000,
    epochs: 4,
    tuning: 2,
    gammas: [0.03, 0.05, 0.08, 0.12, 0.2],
    shift: 1,
  },
  {
    model: "cifar10-tfjs-cnn-zz632",
    data: "cifar10",
    dataName: "CIFAR-10",
    train: 9000,
    epochs: 12,
    tuning: 8,
    gammas: [0.01, 0.015, 0.02, 0.03, 0.05],
    shift: 2,
  },
];

/** What SECATEUR_SSS says instead, of all networks or of one, which it names by its data: `{"only": "cifar10", "epochs": 1}`. */
type Changes = Partial<SssSubject> & { readonly only?: string };

/** The networks with their settings, and whether they are the usual ones. */
export function sssSettings(): { readonly subjects: readonly SssSubject[]; readonly isUsual: boolean } {
  const { only, ...changes } = JSON.parse(process.env.SECATEUR_SSS ?? "{}") as Changes;
  const chosen = usual.filter(({ data }) => only === undefined || data === only);
  const isUsual = only === undefined && Object.keys(changes).length === 0;
  return { subjects: chosen.map((subject) => ({ ...subject, ...changes })), isUsual };
}
