// Named is the text of a button that stands once in every row: a screen reader hears of which
// row it is.
export function Named({ text, name }: { text: string; name: string }) {
  return (
    <>
      {text}
      <span class="unseen"> {name}</span>
    </>
  );
}
