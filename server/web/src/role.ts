// What the roles of staff are offered on the page. The server decides; this only leaves
// out what it would refuse.

const editors: readonly string[] = ["OWNER", "ADMINISTRATOR", "ACCOUNTANT", "SALES"];
const bookkeepers: readonly string[] = ["OWNER", "ADMINISTRATOR", "ACCOUNTANT"];

// mayEdit: contacts, invoices, portal access.
export const mayEdit = (role: string): boolean => editors.includes(role);

// mayBook: payments.
export const mayBook = (role: string): boolean => bookkeepers.includes(role);
