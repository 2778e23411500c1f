import { appRootOf } from '../app-root.ts'
import { type Command, chooseWord, type Io, printJson, UsageError } from '../command.ts'
import type { AppFacts } from '../generate/app-facts.ts'
import type { Plan, Written } from '../generate/plan.ts'

type Planner = (app: AppFacts, words: readonly string[]) => Promise<Plan>

/** The generators, each loaded on demand. A migration needs no knowledge of the application. */
const KINDS: Readonly<Record<string, { takes: string; load: () => Promise<Planner> }>> = {
  resource: { takes: 'name fields', load: async () => (await import('../generate/kinds/resource.ts')).planResource },
  page: { takes: 'name', load: async () => (await import('../generate/kinds/page.ts')).planPage },
  controller: {
    takes: 'name actions',
    load: async () => (await import('../generate/kinds/controller.ts')).planController,
  },
  migration: {
    takes: 'name',
    load: async () => {
      const { planMigration } = await import('../generate/kinds/migration.ts')
      return ({ root }, words) => planMigration(root, words)
    },
  },
  test: { takes: 'name', load: async () => (await import('../generate/kinds/test.ts')).planTest },
  mail: { takes: 'name', load: async () => (await import('../generate/kinds/mail.ts')).planMail },
  secret: { takes: '', load: async () => Promise.reject(new Error('a secret is printed, not planned')) },
  dockerfile: { takes: '', load: async () => (await import('../generate/kinds/deploy.ts')).planDockerfile },
  compose: { takes: '', load: async () => (await import('../generate/kinds/deploy.ts')).planCompose },
  systemd: { takes: '', load: async () => (await import('../generate/kinds/deploy.ts')).planSystemd },
  kubernetes: { takes: '', load: async () => (await import('../generate/kinds/deploy.ts')).planKubernetes },
}

export const generateCommand: Command = {
  usage: 'generate [...words]',
  json: 'document',
  description: `Generate code: ${Object.keys(KINDS).join(', ')}`,
  actions: [
    [
      'resource <name> <field...>',
      'A table with queries, a JSON API, pages and tests; a field is title or price:integer?',
    ],
    ['page <name>', 'A template with its route and test'],
    ['controller <name> [action...]', 'Routes with their tests'],
    ['migration <name>', 'An empty migration'],
    ['test <name>', 'A test of the application'],
    ['mail <name>', 'The templates of a letter, as text and HTML'],
    ['secret', 'A random secret, printed'],
    ['dockerfile', 'Dockerfile and .dockerignore'],
    ['compose', 'A compose file with PostgreSQL'],
    ['systemd', 'A unit of systemd'],
    ['kubernetes', 'Manifests of Kubernetes'],
  ],
  options: [
    ['--dry-run', 'List what would be written, and write nothing'],
    ['-f, --force', 'Overwrite existing files'],
    ['--root <folder>', 'Folder of the application'],
  ],
  examples: [
    'arlen generate resource article title body:text price:integer? published:boolean',
    'arlen generate page about',
    'arlen generate migration add_reviews',
    'arlen generate secret',
  ],
  async run(input, io) {
    const [what, ...words] = input.args
    const { takes, load } = chooseWord('generate', what, KINDS)
    if (takes === '' && words.length > 0) throw new UsageError(`generate ${what} takes nothing else`)
    const json = input.options.json === true
    if (what === 'secret') {
      const { generateSecret } = await import('@arlen/session')
      const secret = generateSecret()
      return json ? printJson(io, { secret }) : io.out(secret)
    }
    const root = appRootOf(input, io)
    const plan = await load()
    // A migration is the same in every application.
    const facts =
      what === 'migration' ? ({ root } as AppFacts) : await (await import('../generate/app-facts.ts')).factsOf(root, io)
    const { carryOut } = await import('../generate/plan.ts')
    const dryRun = input.options.dryRun === true
    const written = await carryOut(root, await plan(facts, words), { dryRun, force: input.options.force === true })
    if (json) printJson(io, { dryRun, ...written })
    else tell(written, dryRun, io)
  },
}

function tell({ created, overwritten, unchanged, changed, notes }: Written, dryRun: boolean, io: Io): void {
  const would = dryRun ? 'would ' : ''
  for (const path of created) io.out(`${would}create ${path}`)
  for (const path of overwritten) io.out(`${would}overwrite ${path}`)
  for (const path of unchanged) io.out(`unchanged ${path}`)
  for (const { path, added } of changed) {
    io.out(`${would}change ${path}`)
    for (const line of added) io.out(`  + ${line}`)
  }
  for (const note of notes) io.out(note)
}
