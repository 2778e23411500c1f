import { UsageError } from '../../command.ts'
import type { AppFacts } from '../app-facts.ts'
import { readName } from '../names.ts'
import type { Plan } from '../plan.ts'
import { renderTemplate } from '../render.ts'
import { addTestSetUp } from '../test-set-up.ts'

/** The text and HTML templates of a mail, and a test. */
export async function planMail(app: AppFacts, words: readonly string[]): Promise<Plan> {
  if (words.length === 0) throw new UsageError('generate mail needs a name: welcome')
  const mail = readName(words.join('_'))
  const locals = { mail, app, withDatabase: app.hasOpenApp || app.hasDatabase }
  const render = (template: string) => renderTemplate(`mail/${template}`, locals)
  const files = new Map([
    [`${app.templates}/mail/${mail.kebab}.txt.ets`, await render('mail.txt')],
    [`${app.templates}/mail/${mail.kebab}.html.ets`, await render('mail.html')],
    [`test/${mail.kebab}-mail.test.ts`, await render('mail.test.ts')],
  ])
  await addTestSetUp(app, files)
  const call = `app.mail.send('${mail.kebab}', { to: user.email, locals: { name: user.name } })`
  return { files, changes: [], notes: [`Send it with: ${call}`] }
}
