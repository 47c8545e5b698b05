// What the roles of staff are offered on the page. The server decides; this only leaves
// out what it would refuse.

const editors: readonly string[] = ["OWNER", "ADMINISTRATOR", "ACCOUNTANT", "SALES"];
const bookkeepers: readonly string[] = ["OWNER", "ADMINISTRATOR", "ACCOUNTANT"];

// mayEdit: contacts, invoices, portal access.
export const mayEdit = (role: string): boolean => editors.includes(role);

// mayManage: categories and registries of the business, restricted contacts, others' notes.
export const mayManage = (role: string): boolean => role === "OWNER" || role === "ADMINISTRATOR";

// maySeeHistory: who changed what.
export const maySeeHistory = (role: string): boolean => bookkeepers.includes(role);

// mayBook: payments.
export const mayBook = (role: string): boolean => bookkeepers.includes(role);

// mayTrack: own time.
export const mayTrack = (role: string): boolean => editors.includes(role) || role === "TIME_KEEPER";

// maySeeContacts: contacts and everything about them.
export const maySeeContacts = (role: string): boolean => role !== "TIME_KEEPER";

// maySell: see sales, the price list and what recurs.
export const maySell = (role: string): boolean => editors.includes(role) || role === "READ_ONLY";
