import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { language, t } from "./i18n/language.ts";
import { go, Link, match, usePlace } from "./router.tsx";
import { BusinessScreen } from "./screens/business.tsx";
import { CategoriesScreen } from "./screens/categories.tsx";
import { EditContactScreen, NewContactScreen } from "./screens/contact-form.tsx";
import { ContactScreen } from "./screens/contact.tsx";
import { ContactsScreen } from "./screens/contacts.tsx";
import { AcceptScreen } from "./screens/accept.tsx";
import { DocumentSettingsScreen } from "./screens/document-settings.tsx";
import { DocumentsScreen } from "./screens/documents.tsx";
import { DuplicatesScreen } from "./screens/duplicates.tsx";
import { ImportPage } from "./screens/import-page.tsx";
import { ImportScreen } from "./screens/import.tsx";
import { JobsScreen } from "./screens/jobs.tsx";
import { NoticesScreen } from "./screens/notices.tsx";
import { OwnAccountScreen } from "./screens/own-account.tsx";
import { MergeScreen } from "./screens/merge.tsx";
import { OnlinePaymentsScreen } from "./screens/online-payments.tsx";
import { OverviewScreen } from "./screens/overview.tsx";
import { PaymentProvidersScreen } from "./screens/payment-providers.tsx";
import { PortalOnlineScreen } from "./screens/portal-online.tsx";
import { PaymentsManyScreen } from "./screens/payments-many.tsx";
import { PaymentsScreen } from "./screens/payments.tsx";
import { ProductsScreen } from "./screens/products.tsx";
import { RecurringScreen } from "./screens/recurring.tsx";
import { RegistrySettingsScreen } from "./screens/registry-settings.tsx";
import { RemindersScreen } from "./screens/reminders.tsx";
import { PortalDocumentScreen } from "./screens/portal-documents.tsx";
import { PortalInvoiceScreen } from "./screens/portal-invoice.tsx";
import { ProjectScreen } from "./screens/project.tsx";
import { ProjectsScreen } from "./screens/projects.tsx";
import { PortalAccessScreen } from "./screens/portal-access.tsx";
import { PortalPreviewScreen } from "./screens/portal-preview.tsx";
import { PortalScreen } from "./screens/portal.tsx";
import { SetupScreen } from "./screens/setup.tsx";
import { LinkScreen, PasswordScreen } from "./screens/sign-in-link.tsx";
import { SignInScreen } from "./screens/sign-in.tsx";
import { TimeSheetScreen } from "./screens/time-sheet.tsx";
import { mayEdit, maySeeContacts, maySell } from "./role.ts";
import { ask, session, type Session } from "./session.ts";
import { useStore } from "./store.ts";
import { Faults } from "./ui/fault.tsx";
import { Loading, PageTitle } from "./ui/page.tsx";
import { Shell } from "./ui/shell.tsx";

// App is the whole page: the screen of the address, for whoever is signed in.
export function App() {
  const now = useStore(session);
  const spoken = useStore(language);
  useEffect(() => void (document.documentElement.lang = spoken), [spoken]);
  return (
    <Shell viewer={now.state === "in" ? now.viewer : null}>
      <Screen now={now} />
    </Shell>
  );
}

function Screen({ now }: { now: Session }) {
  const { path, query } = usePlace();
  switch (now.state) {
    case "asking":
      return <Loading />;
    case "unreachable":
      return <Faults faults={[{ code: "OFFLINE", field: "", text: "" }]} again={() => void ask()} />;
  }
  if (path === "/setup") {
    return <SetupScreen token={query.get("token") ?? ""} />;
  }
  if (path === "/portal/accept") {
    return <AcceptScreen token={query.get("token") ?? ""} />;
  }
  if (path === "/sign-in/link") {
    return <LinkScreen token={query.get("token") ?? ""} />;
  }
  if (path === "/sign-in/password") {
    return <PasswordScreen token={query.get("token") ?? ""} />;
  }
  if (now.state === "guest") {
    return <SignInScreen ended={now.ended} />;
  }
  if (path === "/account" && now.viewer.user) {
    return <OwnAccountScreen />;
  }
  return now.viewer.side === "PORTAL" ? <PortalScreens path={path} /> : <StaffScreens path={path} role={now.viewer.role ?? "READ_ONLY"} />;
}

function StaffScreens({ path, role }: { path: string; role: string }) {
  useEffect(() => {
    if (path === "/") {
      go(maySeeContacts(role) ? `/contacts${location.search}` : "/time", { replace: true });
    }
  }, [path]);
  const worked = workScreen(path, role);
  if (worked) {
    return worked;
  }
  if (path === "/" || path === "/contacts") {
    return <ContactsScreen role={role} />;
  }
  const order = orderScreen(path, role);
  if (order) {
    return order;
  }
  if (path === "/contacts/new") {
    return <NewContactScreen />;
  }
  if (path === "/portal-access" && maySeeContacts(role)) {
    return <PortalAccessScreen role={role} />;
  }
  const preview = match("/portal/preview/:id", path);
  if (preview && mayEdit(role)) {
    return <PortalPreviewScreen key={preview.id} id={preview.id!} />;
  }
  if (path === "/overview" && maySell(role)) {
    return <OverviewScreen />;
  }
  if (path === "/payments") {
    return <PaymentsScreen role={role} />;
  }
  if (path === "/payments/online") {
    return <OnlinePaymentsScreen role={role} />;
  }
  if (path === "/payments/new") {
    return <PaymentsManyScreen />;
  }
  if (path === "/notices") {
    return <NoticesScreen role={role} />;
  }
  if (path === "/documents") {
    return <DocumentsScreen role={role} />;
  }
  if (path === "/settings/categories") {
    return <CategoriesScreen />;
  }
  const edited = match("/contacts/:id/edit", path);
  if (edited) {
    return <EditContactScreen key={edited.id} id={edited.id!} />;
  }
  const contact = match("/contacts/:id", path);
  if (contact) {
    return <ContactScreen key={contact.id} id={contact.id!} role={role} />;
  }
  return <NotFound />;
}

// workScreen is a screen of projects and time, null for another address. It is the start of those
// who keep time alone.
function workScreen(path: string, role: string): JSX.Element | null {
  if (path === "/time" || (path === "/" && !maySeeContacts(role))) {
    return <TimeSheetScreen />;
  }
  if (path === "/projects") {
    return <ProjectsScreen role={role} />;
  }
  const project = match("/projects/:id", path);
  return project && <ProjectScreen key={project.id} id={project.id!} role={role} />;
}

// orderScreen is a screen that brings contacts in, puts them in order or prepares sales, null for another address.
function orderScreen(path: string, role: string): JSX.Element | null {
  switch (path) {
    case "/contacts/import":
      return <ImportScreen />;
    case "/contacts/duplicates":
      return <DuplicatesScreen role={role} />;
    case "/settings/business":
      return <BusinessScreen />;
    case "/settings/documents":
      return <DocumentSettingsScreen />;
    case "/settings/registries":
      return <RegistrySettingsScreen />;
    case "/settings/payments":
      return <PaymentProvidersScreen />;
    case "/settings/jobs":
      return <JobsScreen />;
    case "/products":
      return <ProductsScreen role={role} />;
    case "/recurring":
      return <RecurringScreen role={role} />;
    case "/reminders":
      return <RemindersScreen role={role} />;
  }
  const started = match("/contacts/import/:id", path);
  if (started) {
    return <ImportPage key={started.id} id={started.id!} />;
  }
  const merge = match("/contacts/:id/merge", path);
  return merge && <MergeScreen key={merge.id} id={merge.id!} role={role} />;
}

function PortalScreens({ path }: { path: string }) {
  useEffect(() => {
    if (path === "/") {
      go("/portal", { replace: true });
    }
  }, [path]);
  if (path === "/" || path === "/portal") {
    return <PortalScreen />;
  }
  const invoice = match("/portal/invoices/:id", path);
  if (invoice) {
    return <PortalInvoiceScreen key={invoice.id} id={invoice.id!} />;
  }
  const sheet = match("/portal/documents/:id", path);
  if (sheet) {
    return <PortalDocumentScreen key={sheet.id} id={sheet.id!} />;
  }
  const online = match("/portal/online/:id", path);
  if (online) {
    return <PortalOnlineScreen key={online.id} id={online.id!} />;
  }
  return <NotFound />;
}

export function NotFound() {
  return (
    <div class="empty">
      <PageTitle text={t("notFoundTitle")} />
      <p>{t("notFoundText")}</p>
      <p>
        <Link href="/">{t("toStart")}</Link>
      </p>
    </div>
  );
}
