const paths = {
  open: "M9.5 2H4.5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1V5ZM9.5 2v3h3M6 9.5h4M8.2 7.5l2 2-2 2",
  reveal: "M2 12.5v-9h4l1.5 2H14v7ZM2 7.5h12",
  layers: "M8 2.5 14 6 8 9.5 2 6ZM2.5 9 8 12.2 13.5 9",
} as const;

/** A small line drawing in the colour of the text around it. */
export function Icon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
