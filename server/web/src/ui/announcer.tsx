import { store, useStore } from "../store.ts";

const latest = store("");

// announce has a screen reader say a text when it is done with what it is saying.
export const announce = (text: string): void => latest.set(text);

// Announcer is the region that is read out. There is one, always on the page.
export function Announcer() {
  return (
    <div role="status" class="unseen">
      {useStore(latest)}
    </div>
  );
}
