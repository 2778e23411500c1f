import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type MailTemplates, mailHelpers } from '../src/index.ts'

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'arlen-mail-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const PARTS: Readonly<Record<string, (name: string) => string>> = {
  'mail/welcome.txt': name => `Hello ${name}!\n`,
  'mail/welcome': name => `<p>Hello <b>${name.replaceAll('<', '&lt;')}</b>!</p>\n`,
}

/** The mail `welcome`, which takes a name, as views of @arlen/view would render it. */
export const templates: MailTemplates = {
  has: name => name in PARTS,
  render: (part, locals, draft) => {
    const { name } = locals as { name: string }
    mailHelpers.subject(draft)(`Welcome, ${name}`)
    return PARTS[part]!(name)
  },
}
