import { randomUUID } from 'node:crypto'
import { readOptions } from '@arlen/core/options'
import { type AddressInput, hasControl, readAddress, readAddresses } from './address.ts'
import { MailDraft } from './draft.ts'
import { mailError } from './errors.ts'
import {
  ATTACHMENT_OPTIONS,
  type Attachment,
  type AttachmentInput,
  type MailMessage,
  MESSAGE_OPTIONS,
  type MessageOptions,
} from './message.ts'

/** Renders templates: the views of @arlen/view, or anything like them. */
export interface MailTemplates {
  has(name: string): boolean
  render(name: string, locals: object, draft: MailDraft): string | Promise<string>
}

/** What mails have in common. */
export interface Defaults {
  from?: AddressInput | undefined
  replyTo?: AddressInput | undefined
}

/** Fields that have their own option, or that describe the body's encoding. */
const OWN_FIELDS =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|mime-version|content-.*|return-path|received|dkim-signature)$/i
/** RFC 5322, section 3.6.8. */
const FIELD_NAME = /^[!-9;-~]+$/

/**
 * Renders `mail/<name>.txt` and `mail/<name>` (HTML) and checks everything that goes into the header.
 *
 * @throws ArlenError `mail_template_missing`, `mail_subject_missing`, `mail_sender_missing`, `mail_recipient_missing`,
 *   `mail_address_invalid`, `mail_header_invalid`, `option_unknown`, `option_invalid`
 */
export async function compose(
  templates: MailTemplates,
  name: string,
  given: MessageOptions,
  defaults: Defaults,
): Promise<MailMessage> {
  const options = readOptions(() => `send('${name}')`, given, MESSAGE_OPTIONS)
  const { from = defaults.from, replyTo = defaults.replyTo } = options
  if (from === undefined) throw mailError('mail_sender_missing', { name })
  const addresses = {
    from: readAddress(name, 'from', from),
    replyTo: replyTo === undefined ? undefined : readAddress(name, 'replyTo', replyTo),
    to: readAddresses(name, 'to', options.to),
    cc: readAddresses(name, 'cc', options.cc),
    bcc: readAddresses(name, 'bcc', options.bcc),
  }
  if (addresses.to.length + addresses.cc.length + addresses.bcc.length === 0) {
    throw mailError('mail_recipient_missing', { name })
  }
  const headers = readHeaders(name, options.headers)
  const attachments = (options.attachments ?? []).map(each => readAttachment(name, each))
  const { text, html, draft } = await renderParts(templates, name, options.locals ?? {})
  const subject = options.subject ?? draft.subject
  if (subject === undefined || subject.trim() === '') throw mailError('mail_subject_missing', { name })
  if (hasControl(subject)) throw controlIn(name, 'the subject')
  return {
    id: `${randomUUID()}@${addresses.from.address.split('@')[1]}`,
    template: name,
    date: new Date().toISOString(),
    ...addresses,
    subject,
    text,
    html,
    headers,
    attachments,
  }
}

async function renderParts(templates: MailTemplates, name: string, locals: object) {
  const draft = new MailDraft()
  const render = async (template: string) =>
    templates.has(template) ? await templates.render(template, locals, draft) : undefined
  const html = await render(`mail/${name}`)
  const text = await render(`mail/${name}.txt`)
  if (html === undefined && text === undefined) throw mailError('mail_template_missing', { name })
  return { html, text, draft }
}

/** RFC 3834, section 5: automatic responders, such as out-of-office notices, ignore it. */
function readHeaders(name: string, given: MessageOptions['headers'] = {}): MailMessage['headers'] {
  const headers: Record<string, string> = { 'Auto-Submitted': 'auto-generated' }
  for (const [field, value] of Object.entries(given)) {
    const refuse = (problem: string) => mailError('mail_header_invalid', { name, field: 'a name in headers', problem })
    if (!FIELD_NAME.test(field)) throw refuse('is not the name of a header field')
    if (OWN_FIELDS.test(field)) throw refuse(`is ${field}, which headers cannot set: use the option for it`)
    if (hasControl(value)) throw controlIn(name, `the header ${field}`)
    headers[field] = value
  }
  return headers
}

function readAttachment(name: string, given: AttachmentInput): Attachment {
  const owner = () => `send('${name}'): an attachment`
  const { filename, content, contentType, cid } = readOptions(owner, given, ATTACHMENT_OPTIONS)
  for (const [field, value] of Object.entries({ filename, contentType, cid })) {
    if (value !== undefined && hasControl(value)) throw controlIn(name, `${field} of an attachment`)
  }
  return { filename, contentType, cid, content: typeof content === 'string' ? Buffer.from(content) : content }
}

function controlIn(name: string, field: string) {
  const problem = 'contains a control character, such as a line break'
  return mailError('mail_header_invalid', { name, field, problem })
}
