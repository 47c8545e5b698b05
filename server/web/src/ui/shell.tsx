import type { ComponentChildren } from "preact";
import { SignOutDocument } from "../gql/graphql.ts";
import { useAction } from "../api/hooks.ts";
import { connection } from "../api/socket.ts";
import { formatInstant } from "../format/day.ts";
import { choose, language, languages, locale, t } from "../i18n/language.ts";
import { mayManage, maySeeContacts, maySell, mayTrack } from "../role.ts";
import { Link, usePlace } from "../router.tsx";
import { leave, looking, stopLooking, type Viewer } from "../session.ts";
import { useStore } from "../store.ts";
import { Announcer } from "./announcer.tsx";
import { Bell } from "./bell.tsx";
import { TimerMark } from "./timer.tsx";

// Shell is what every page has around it: the way to its content, the band at its head,
// the region that is read out.
export function Shell({ viewer, children }: { viewer: Viewer | null; children: ComponentChildren }) {
  const { path } = usePlace();
  const portal = viewer?.side === "PORTAL";
  return (
    <>
      <a class="skip" href="#content">
        {t("skip")}
      </a>
      <header class="band">
        <Link href="/" class="mark">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect x="3" y="5" width="26" height="22" rx="3" />
            <path d="M3 11h26M7 16h10M7 21h7M22 14v10" />
          </svg>
          <span class="word">Kartela</span>
        </Link>
        {viewer && !portal && (
          <nav aria-label={t("staffNavigation")}>
            {maySell(viewer.role ?? "") && (
              <Link href="/overview" current={path === "/overview"}>
                {t("overview")}
              </Link>
            )}
            {maySeeContacts(viewer.role ?? "") && (
              <Link href="/contacts" current={path === "/contacts"}>
                {t("contacts")}
              </Link>
            )}
            {maySeeContacts(viewer.role ?? "") && (
              <>
                <Link href="/documents" current={path === "/documents"}>
                  {t("documents")}
                </Link>
                <Link href="/payments" current={path.startsWith("/payments")}>
                  {t("payments")}
                </Link>
              </>
            )}
            <Link href="/projects" current={path.startsWith("/projects")}>
              {t("projects")}
            </Link>
            {mayTrack(viewer.role ?? "") && (
              <Link href="/time" current={path === "/time"}>
                {t("projectTime")}
              </Link>
            )}
            {maySell(viewer.role ?? "") && (
              <Link href="/products" current={["/products", "/recurring", "/reminders"].includes(path)}>
                {t("salesSections")}
              </Link>
            )}
            {mayManage(viewer.role ?? "") && (
              <Link href="/settings/business" current={path.startsWith("/settings/")}>
                {t("settings")}
              </Link>
            )}
          </nav>
        )}
        <span class="space" />
        {viewer && !portal && viewer.user && mayTrack(viewer.role ?? "") && <TimerMark />}
        {viewer && !portal && maySell(viewer.role ?? "") && <Bell />}
        {viewer && <ConnectionMark />}
        <LanguageSwitch />
        {viewer && !viewer.preview && <WhoAmI viewer={viewer} />}
      </header>
      <main id="content" tabIndex={-1}>
        {viewer?.preview && <PreviewBanner />}
        {children}
      </main>
      <Announcer />
    </>
  );
}

// PreviewBanner says whose eyes the page is seen with, and how to end that.
function PreviewBanner() {
  const at = useStore(looking);
  const { run, running } = useAction(SignOutDocument);
  return (
    <div class="notice spread preview" role="status">
      <span>
        <b>{t("previewTitle", { name: at?.name ?? "" })}</b> {at && t("previewHint", { time: formatInstant(at.until, locale()) })}
      </span>
      <button
        type="button"
        aria-disabled={running}
        onClick={async () => {
          await run({});
          stopLooking();
        }}
      >
        {t("previewClose")}
      </button>
    </div>
  );
}

function ConnectionMark() {
  const now = useStore(connection);
  if (now === "idle") {
    return null;
  }
  const lost = now === "reconnecting";
  return (
    <span class={`connection ${now}`} role="status" title={t(lost ? "reconnectingHint" : "liveHint")}>
      <span class="dot" aria-hidden="true" />
      <span class="word">{t(now)}</span>
    </span>
  );
}

function LanguageSwitch() {
  const now = useStore(language);
  return (
    <div class="languages" role="group" aria-label={t("language")}>
      {languages.map(({ code, short, name }) => (
        <button key={code} type="button" lang={code} aria-pressed={code === now} onClick={() => choose(code)}>
          {short}
          <span class="unseen"> {name}</span>
        </button>
      ))}
    </div>
  );
}

function WhoAmI({ viewer }: { viewer: Viewer }) {
  const { run, running } = useAction(SignOutDocument);
  const name = viewer.user?.name || viewer.user?.email || "";
  return (
    <div class="person">
      {viewer.user ? (
        <Link href="/account" class="name">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M8 8a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.5 14c.6-3 2.7-4.5 5.5-4.5s4.9 1.5 5.5 4.5" />
          </svg>
          <span class="unseen">{t("ownAccount")}</span>
          <b>{viewer.organizationName}</b>
          <span>{name}</span>
        </Link>
      ) : (
        <b class="name">{viewer.organizationName}</b>
      )}
      <button
        type="button"
        aria-disabled={running}
        onClick={async () => {
          const { faults } = await run({});
          // A session that is gone already is what was asked for.
          if (faults.every((f) => f.code === "UNAUTHENTICATED")) {
            leave();
          }
        }}
      >
        {t("signOut")}
      </button>
    </div>
  );
}
