import { useRef, useState } from "preact/hooks";
import type { Fault } from "../api/failure.ts";
import { useAction } from "../api/hooks.ts";
import { upload } from "../api/upload.ts";
import { uuid } from "../api/uuid.ts";
import { formatInstant } from "../format/day.ts";
import { formatSize } from "../format/size.ts";
import { AddAttachmentDocument, AttachmentsDocument, DeleteAttachmentDocument, DocumentAttachmentsDocument, type AttachmentRowFragment } from "../gql/graphql.ts";
import { locale, t } from "../i18n/language.ts";
import { mayEdit } from "../role.ts";
import { announce } from "../ui/announcer.tsx";
import { Confirm } from "../ui/dialog.tsx";
import { DropZone } from "../ui/drop-zone.tsx";
import { FaultText } from "../ui/fault.tsx";
import { invalid } from "../ui/form.tsx";
import { Named } from "../ui/named.tsx";
import { Empty } from "../ui/page.tsx";
import { Pages } from "../ui/pages.tsx";
import { Progress } from "../ui/progress.tsx";

const largest = 20; // MB, as the server takes them: more would be sent for nothing
const accept = ".pdf,.png,.jpg,.jpeg,.gif,.webp,.txt,.csv,.xml,.json,.docx,.xlsx,.pptx,.odt,.ods,.zip";

interface AttachmentsProps {
  contactId: string;
  role: string;
}

// Attachments are the files kept with a contact: a list, and where more are added.
export function Attachments({ contactId, role }: AttachmentsProps) {
  const [added, setAdded] = useState(0);
  const editable = mayEdit(role);
  return (
    <>
      {editable && <Uploads contactId={contactId} done={() => setAdded((n) => n + 1)} />}
      <Pages
        document={AttachmentsDocument}
        variables={(after) => ({ id: contactId, after })}
        connection={(data) => data.contact?.attachments}
        types={["Attachment"]}
        moved={added}
        rows={(nodes) => nodes.map((file) => <FileRow key={file.id} file={file} editable={editable} />)}
        frame={(pages) => <ul class="card plain files">{pages}</ul>}
        empty={<Empty text={t("filesEmpty")} />}
      />
    </>
  );
}

// DocumentFiles are the files kept with one document.
export function DocumentFiles({ documentId, editable }: { documentId: string; editable: boolean }) {
  const [added, setAdded] = useState(0);
  return (
    <section>
      <h3>{t("files")}</h3>
      <Pages
        document={DocumentAttachmentsDocument}
        variables={(after) => ({ id: documentId, after })}
        connection={(data) => data.document?.attachments}
        types={["Attachment"]}
        moved={added}
        rows={(nodes) => nodes.map((file) => <FileRow key={file.id} file={file} editable={editable} />)}
        frame={(pages) => <ul class="plain files">{pages}</ul>}
        empty={<p class="quiet">{t("filesEmpty")}</p>}
      />
      {editable && <Uploads documentId={documentId} done={() => setAdded((n) => n + 1)} />}
    </section>
  );
}

function FileRow({ file, editable }: { file: AttachmentRowFragment; editable: boolean }) {
  const { run } = useAction(DeleteAttachmentDocument, { types: ["Attachment"] });
  const [asking, setAsking] = useState(false);
  const by = file.uploadedBy && (file.uploadedBy.name || file.uploadedBy.email);
  return (
    <li class="spread">
      <div class="name">
        <a href={file.url} download={file.name}>
          {file.name}
        </a>
        <small>{[formatSize(file.size, locale()), formatInstant(file.createdAt, locale()), by].filter(Boolean).join(" · ")}</small>
      </div>
      {editable && (
        <button type="button" onClick={() => setAsking(true)}>
          <Named text={t("delete")} name={file.name} />
        </button>
      )}
      {asking && (
        <Confirm
          title={t("delete")}
          question={t("fileDeleteQuestion", { name: file.name })}
          action={t("delete")}
          danger
          close={() => setAsking(false)}
          run={async () => (await run({ id: file.id })).faults}
        />
      )}
    </li>
  );
}

// A file on its way to the server. One that was refused stays until it is put aside.
interface Upload {
  key: string; // of idempotency: a second try of a file that did arrive adds it once
  file: File;
  part: number;
  faults: readonly Fault[];
}

// Uploads sends files one after another, in the order in which they were given.
function Uploads({ done, ...to }: { contactId?: string; documentId?: string; done(): void }) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const queue = useRef(Promise.resolve());
  const change = (key: string, to: Partial<Upload>) => setUploads((all) => all.map((u) => (u.key === key ? { ...u, ...to } : u)));
  const remove = (key: string) => setUploads((all) => all.filter((u) => u.key !== key));

  const send = async ({ key, file }: Upload) => {
    const { faults } =
      file.size > largest * 2 ** 20
        ? { faults: [invalid("file", t("fileTooLarge", { n: largest }))] }
        : await upload(AddAttachmentDocument, { ...to, file, idempotencyKey: key }, (part) => change(key, { part }));
    if (faults.length > 0) {
      change(key, { faults });
      return;
    }
    remove(key);
    announce(t("fileAdded", { name: file.name }));
    done();
  };
  const enqueue = (waiting: readonly Upload[]) => {
    for (const one of waiting) {
      queue.current = queue.current.then(() => send(one));
    }
  };
  return (
    <div class="uploads">
      <DropZone
        label={t("filesAdd")}
        hint={t("filesHint", { n: largest })}
        accept={accept}
        multiple
        take={(files) => {
          const fresh = files.map((file) => ({ key: uuid(), file, part: 0, faults: [] }));
          setUploads((all) => [...all, ...fresh]);
          enqueue(fresh);
        }}
      />
      {uploads.length > 0 && (
        <ul class="card plain">
          {uploads.map((one) => (
            <li key={one.key}>
              {one.faults.length === 0 ? (
                <Progress label={one.file.name} part={one.part} />
              ) : (
                <Refused
                  upload={one}
                  again={() => {
                    change(one.key, { faults: [], part: 0 });
                    enqueue([one]);
                  }}
                  putAside={() => remove(one.key)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Refused({ upload: { file, faults }, again, putAside }: { upload: Upload; again(): void; putAside(): void }) {
  const final = faults.some((f) => f.code === "INVALID" || f.code === "TOO_LARGE");
  return (
    <div role="alert">
      <p class="name">{file.name}</p>
      {faults.map((fault, i) => (
        <p class="fault" key={i}>
          <FaultText fault={fault} />
        </p>
      ))}
      <div class="actions small">
        {!final && (
          <button type="button" onClick={again}>
            {t("retry")}
          </button>
        )}
        <button type="button" onClick={putAside}>
          {t("filePutAside")}
        </button>
      </div>
    </div>
  );
}
