import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DEVELOPMENT_PATH, type Html, html, PAGE_STYLE, raw } from '@arlen/error-report/page'
import { type KeptMessage, OUTBOX_FOLDER, readOutbox } from '@arlen/mail/outbox'

/** A response of the outbox. */
export interface OutboxAnswer {
  type: string
  body: string
  headers: Readonly<Record<string, string>>
}

const STYLE = `${PAGE_STYLE}
header{border-top-color:var(--good)}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
pre{white-space:pre-wrap;overflow-wrap:anywhere}iframe{width:100%;height:32rem;border:1px solid var(--line);background:#fff}`
const HASH = createHash('sha256').update(STYLE).digest('base64')
const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${HASH}'; script-src 'self'; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
/** A mail is untrusted HTML: it runs no scripts and cannot reach the application. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src https: data:; style-src 'unsafe-inline'; frame-ancestors 'self'"

/**
 * The mail that the application has kept instead of sending: `outbox` is the list, `outbox/<file>` a mail,
 * `outbox/<file>/html` its HTML alone.
 *
 * @param json - whether the client wants the list as JSON
 * @returns undefined for a mail that does not exist
 */
export async function outboxPage(root: string, path: string, json: boolean): Promise<OutboxAnswer | undefined> {
  const messages = await readOutbox(join(root, OUTBOX_FOLDER))
  const [, file, part] = path.split('/')
  if (file === undefined) {
    return json ? { type: 'application/json', body: listJson(messages), headers: {} } : page('Outbox', list(messages))
  }
  const message = messages.find(each => each.file === file)
  if (message === undefined) return undefined
  if (part === undefined) return page(message.subject, whole(message))
  if (part !== 'html' || message.html === undefined) return undefined
  const headers = { 'content-security-policy': MAIL_POLICY }
  return { type: 'text/html; charset=utf-8', body: `<base target="_blank">${message.html}`, headers }
}

function page(title: string, content: Html): OutboxAnswer {
  const { html: body } = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${raw(STYLE)}</style></head><body>
<header><div><p><a href="${DEVELOPMENT_PATH}">boomhauer</a> · <a href="${DEVELOPMENT_PATH}outbox">outbox</a></p><h1>${title}</h1></div></header><main>${content}</main></body></html>
`
  return { type: 'text/html; charset=utf-8', body, headers: { 'content-security-policy': PAGE_POLICY } }
}

function list(messages: readonly KeptMessage[]): Html {
  if (messages.length === 0) return html`<p class="folded">The application has sent no mail yet.</p>`
  const rows = messages.map(
    ({ file, date, subject, to, cc, bcc }) =>
      html`<tr><td>${new Date(date).toTimeString().slice(0, 8)}</td><td>${addresses([...to, ...cc, ...bcc])}</td><td><a href="${DEVELOPMENT_PATH}outbox/${file}">${subject}</a></td></tr>`,
  )
  return html`<table><tr><th>Time</th><th>To</th><th>Subject</th></tr>${rows}</table>`
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
    .map(([name, value]) => html`<tr><th>${name}</th><td>${value}</td></tr>`)
  return html`<table>${rows}</table>
${text !== undefined && html`<h2>Text</h2><pre>${withLinks(text)}</pre>`}
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

function listJson(messages: readonly KeptMessage[]): string {
  const shown = messages.map(({ attachments, ...message }) => ({
    ...message,
    attachments: attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      bytes: content.byteLength,
    })),
  }))
  return JSON.stringify(shown, null, 2)
}
