import { describe, expect, test } from 'vitest'
import { compose, type MailTemplates } from './compose.ts'
import type { MailDraft } from './draft.ts'
import type { MessageOptions } from './message.ts'

const PARTS: Readonly<Record<string, (draft: MailDraft) => string>> = {
  'mail/both': draft => {
    draft.subject = 'From the template'
    return '<p>Hi</p>'
  },
  'mail/both.txt': () => 'Hi',
  'mail/silent.txt': () => 'Hi',
}
const templates: MailTemplates = {
  has: name => name in PARTS,
  render: (name, _, draft) => PARTS[name]!(draft),
}
const to = 'ada@example.com'
const write = (name: string, options: MessageOptions, from = 'shop@example.com') =>
  compose(templates, name, options, { ...(from !== '' && { from }) })

describe('compose', () => {
  test('takes the subject from the template, or from the call, which is stronger', async () => {
    expect((await write('both', { to })).subject).toBe('From the template')
    expect((await write('both', { to, subject: 'Mine' })).subject).toBe('Mine')
    await expect(write('silent', { to })).rejects.toMatchObject({ code: 'mail_subject_missing' })
    await expect(write('silent', { to, subject: '  ' })).rejects.toMatchObject({ code: 'mail_subject_missing' })
  })

  test('is content with one part', async () => {
    expect(await write('silent', { to, subject: 'Hi' })).toMatchObject({ text: 'Hi', html: undefined })
  })

  test('names the files of a mail that does not exist', async () => {
    await expect(write('welcom', { to })).rejects.toThrow('templates/mail/welcom.txt.ets')
  })

  test('needs a sender and a recipient', async () => {
    await expect(write('both', { to }, '')).rejects.toThrow(/no sender: set mail\.from \(ARLEN_MAIL_FROM\)/)
    await expect(write('both', {})).rejects.toMatchObject({ code: 'mail_recipient_missing' })
    await expect(write('both', { to: [] })).rejects.toMatchObject({ code: 'mail_recipient_missing' })
    expect((await write('both', { bcc: to })).bcc).toHaveLength(1)
  })

  test('refuses what would add fields to the header', async () => {
    const attachment = { filename: 'x', content: '' }
    for (const options of [
      { subject: 'Hi\r\nBcc: all@example.com' },
      { subject: 'Hi\u0000' },
      { headers: { 'X-Note': 'a\nBcc: all@example.com' } },
      { headers: { 'X-Note\r\nBcc': 'all@example.com' } },
      { headers: { 'X Note:': 'x' } },
      { headers: { bcc: 'all@example.com' } },
      { headers: { 'Content-Type': 'text/html' } },
      { attachments: [{ ...attachment, filename: 'a\r\nBcc: all@example.com' }] },
      { attachments: [{ ...attachment, contentType: 'text/plain\r\nBcc: x' }] },
      { attachments: [{ ...attachment, cid: 'a\nb' }] },
    ])
      await expect(write('both', { to, ...options }), JSON.stringify(options)).rejects.toMatchObject({
        code: 'mail_header_invalid',
      })
  })

  test('refuses options that it does not have, attachments by path among them', async () => {
    await expect(write('both', { to, name: 'Ada' } as never)).rejects.toThrow(/send\('both'\) has no option name/)
    await expect(write('both', { to, replyto: to } as never)).rejects.toThrow(/Did you mean replyTo/)
    const attachments = [{ filename: 'x', path: '/etc/passwd' }]
    await expect(write('both', { to, attachments } as never)).rejects.toMatchObject({ code: 'option_unknown' })
  })
})
