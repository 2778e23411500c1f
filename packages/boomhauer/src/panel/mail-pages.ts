import { join } from 'node:path'
import { DEVELOPMENT_PATH, type Html, html } from '@arlen/error-report/page'
import { type KeptMessage, OUTBOX_FOLDER, readOutbox } from '@arlen/mail/outbox'
import { liveList, type Page, table, timeOf } from './layout.ts'

/** The HTML of a mail alone, with the header fields that confine it. */
export interface MailDocument {
  body: string
  headers: Readonly<Record<string, string>>
}

/** A mail is untrusted HTML: it runs no scripts and cannot reach the application. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

/** The mail that the application has kept instead of sending it. */
export async function mailListPage(root: string): Promise<Page> {
  const messages = await readOutbox(join(root, OUTBOX_FOLDER))
  const rows = table(['Time', 'To', 'Subject'], messages.map(row), 'The application has sent no mail yet.')
  const content = liveList('outbox', rows)
  return { title: 'Mail', section: 'outbox', json: messages.map(withoutContents), content, reloads: true }
}

/** One mail; undefined if it is not there. */
export async function mailPage(root: string, file: string): Promise<Page | undefined> {
  const message = await find(root, file)
  if (!message) return undefined
  const title = message.subject === '' ? 'Mail without a subject' : message.subject
  return { title, section: 'outbox', json: withoutContents(message), content: whole(message), reloads: true }
}

/** The HTML of a mail; undefined if it has none or is not there. */
export async function mailDocument(root: string, file: string): Promise<MailDocument | undefined> {
  const message = await find(root, file)
  if (message?.html === undefined) return undefined
  return { body: `<base target="_blank">${message.html}`, headers: { 'content-security-policy': MAIL_POLICY } }
}

async function find(root: string, file: string): Promise<KeptMessage | undefined> {
  return (await readOutbox(join(root, OUTBOX_FOLDER))).find(message => message.file === file)
}

function row({ file, date, subject, to, cc, bcc }: KeptMessage): Html {
  return html`<tr data-key="${file}"><td class="time">${timeOf(date)}</td><td>${addresses([...to, ...cc, ...bcc])}</td><td><a href="${DEVELOPMENT_PATH}outbox/${file}">${subject === '' ? '(none)' : subject}</a></td></tr>`
}

function whole({ file, date, from, to, cc, bcc, replyTo, text, html: page, attachments }: KeptMessage): Html {
  const fields: [string, string][] = [
    ['Date', date],
    ['From', addresses([from])],
    ['To', addresses(to)],
    ['Cc', addresses(cc)],
    ['Bcc', addresses(bcc)],
    ['Reply-To', addresses(replyTo ? [replyTo] : [])],
    ['Attachments', attachments.map(({ filename, content }) => `${filename} (${content.byteLength} bytes)`).join(', ')],
  ]
  const rows = fields
    .filter(([, value]) => value !== '')
    .map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)
  return html`<div class="scroll" tabindex="0"><table><tbody>${rows}</tbody></table></div>
${text !== undefined && html`<h2>Text</h2><pre class="wrap" tabindex="0">${withLinks(text)}</pre>`}
${page !== undefined && html`<h2>HTML</h2><iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" src="${DEVELOPMENT_PATH}outbox/${file}/html"></iframe>`}`
}

/** Links in a text, to be opened as from a mail program. */
function withLinks(text: string): Html[] {
  return text
    .split(/(\bhttps?:\/\/[^\s"'<>]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

function addresses(list: KeptMessage['to']): string {
  return list.map(({ name, address }) => (name === '' ? address : `${name} <${address}>`)).join(', ')
}

/** A message whose attachments are listed, not contained. */
function withoutContents({ attachments, ...message }: KeptMessage) {
  return {
    ...message,
    attachments: attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      bytes: content.byteLength,
    })),
  }
}
