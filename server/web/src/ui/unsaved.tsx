import { useEffect } from "preact/hooks";
import { t } from "../i18n/language.ts";
import { hold, leaving } from "../router.tsx";
import { useStore } from "../store.ts";
import { Confirm } from "./dialog.tsx";

// Unsaved asks before the reader leaves a form with changes: by a link, the browser's back
// button, or closing the tab.
export function Unsaved({ changed }: { changed: boolean }) {
  const leave = useStore(leaving);
  useEffect(() => {
    hold(changed);
    return () => {
      hold(false);
      leaving.set(null);
    };
  }, [changed]);
  if (!leave) {
    return null;
  }
  return (
    <Confirm
      title={t("unsavedTitle")}
      question={t("unsavedQuestion")}
      action={t("discard")}
      danger
      close={() => leaving.set(null)}
      run={async () => {
        hold(false);
        leave();
        return [];
      }}
    />
  );
}
