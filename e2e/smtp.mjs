// A mail relay that keeps what it takes.
import { createServer } from "node:net";

const patience = 15_000; // milliseconds until a mail that must come has not

// catchMail listens, and gives the relay's address and what was sent: the text of each message.
export async function catchMail() {
  const messages = [];
  const waiting = [];
  const server = createServer((socket) => {
    let data = null; // the message that is being sent
    let rest = "";
    socket.write("220 test\r\n");
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      rest += chunk;
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data !== null) {
          if (line !== ".") {
            data.push(line);
            continue;
          }
          messages.push(data.join("\r\n"));
          data = null;
          socket.write("250 taken\r\n");
          waiting.splice(0).forEach((wake) => wake());
        } else if (/^DATA/i.test(line)) {
          data = [];
          socket.write("354 go on\r\n");
        } else if (/^QUIT/i.test(line)) {
          socket.end("221 bye\r\n");
        } else {
          socket.write("250 test\r\n");
        }
      }
    });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    address: `smtp://127.0.0.1:${server.address().port}?from=kartela@test.example&tls=none`,
    count: () => messages.length,
    // next waits for one more message than were taken before, and gives the link in its text.
    next: async (after, path) => {
      const limit = AbortSignal.timeout(patience);
      while (messages.length <= after) {
        await new Promise((wake, give) => {
          waiting.push(wake);
          limit.addEventListener("abort", () => give(new Error("no mail came")));
        });
      }
      const text = decode(messages[after]);
      return { text, link: new RegExp(`https?://[^\\s"<>]*${path}[^\\s"<>]*`).exec(text)?.[0], count: messages.length };
    },
    close: () => new Promise((closed) => server.close(closed)),
  };
}

// decode undoes the transfer encodings of a message's parts.
function decode(message) {
  return message
    .split(/\r\n--/)
    .map((part) => {
      const [head, ...body] = part.split("\r\n\r\n");
      const text = body.join("\r\n\r\n");
      if (/base64/i.test(head)) {
        return Buffer.from(text.replace(/\s/g, ""), "base64").toString("utf8");
      }
      if (/quoted-printable/i.test(head)) {
        const bytes = text.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
        return Buffer.from(bytes, "latin1").toString("utf8");
      }
      return text;
    })
    .join("\n");
}
