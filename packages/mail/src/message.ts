import { type OptionTable, option } from '@arlen/core/options'
import type { AddressInput, MailAddress } from './address.ts'

type Recipients = AddressInput | readonly AddressInput[]

/** An attachment of a mail. */
export interface AttachmentInput {
  filename: string
  content: string | Uint8Array
  /** Default: derived from the file's name. */
  contentType?: string
  /** Lets the HTML display it: `<img src="cid:logo">`. */
  cid?: string
}

/** The locals of the templates, read as `$name`; optional if the templates need none. */
type LocalsOption<Locals> = Record<never, never> extends Locals ? { locals?: Locals } : { locals: Locals }

/** What `send()` needs for one mail. */
export type MessageOptions<Locals = object> = Envelope & LocalsOption<Locals>

/** Sender, recipients and attachments of a mail. */
export interface Envelope {
  to?: Recipients
  cc?: Recipients
  bcc?: Recipients
  /** Default: the mailer's. */
  from?: AddressInput
  replyTo?: AddressInput
  /** Overrides the template's subject. */
  subject?: string
  /** Further header fields, such as `List-Unsubscribe`. */
  headers?: Readonly<Record<string, string>>
  attachments?: readonly AttachmentInput[]
}

/** A mail that is about to be sent, or was kept. */
export interface MailMessage {
  /** Its Message-ID, without the angle brackets. */
  id: string
  /** The name of its template: `welcome`. */
  template: string
  /** When it was sent: ISO 8601. */
  date: string
  from: MailAddress
  to: MailAddress[]
  cc: MailAddress[]
  bcc: MailAddress[]
  replyTo: MailAddress | undefined
  subject: string
  text: string | undefined
  html: string | undefined
  headers: Readonly<Record<string, string>>
  attachments: Attachment[]
}

/** An attachment of a {@link MailMessage}. */
export interface Attachment {
  filename: string
  contentType: string | undefined
  cid: string | undefined
  content: Uint8Array
}

export const MESSAGE_OPTIONS: OptionTable<MessageOptions> = {
  to: option.any,
  cc: option.any,
  bcc: option.any,
  from: option.any,
  replyTo: option.any,
  subject: option.text,
  locals: option.object,
  headers: option.recordOf(option.string),
  attachments: option.listOf(option.object),
}

export const ATTACHMENT_OPTIONS: OptionTable<AttachmentInput> = {
  filename: option.required(option.text),
  content: option.required(option.either(option.string, option.instanceOf(Uint8Array))),
  contentType: option.text,
  cid: option.text,
}
