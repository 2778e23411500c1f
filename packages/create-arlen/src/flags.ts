import { parseArgs } from 'node:util'
import { suggest } from '@arlen/core/options'
import { PACKAGE_MANAGERS, type PackageManager } from './package-manager.ts'
import { TEMPLATES, type TemplateName } from './template.ts'

const FLAGS = {
  full: { type: 'boolean' },
  api: { type: 'boolean' },
  lite: { type: 'boolean' },
  pm: { type: 'string' },
  install: { type: 'boolean' },
  git: { type: 'boolean' },
  yes: { type: 'boolean', short: 'y' },
  force: { type: 'boolean', short: 'f' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const

export const HELP: string = `create-arlen creates an Arlen application.

  npm create arlen@latest [name] -- [options]
  arlen new [name] [options]

  --full         ${TEMPLATES.full} (default)
  --api          ${TEMPLATES.api}
  --lite         ${TEMPLATES.lite}
  --pm <name>    ${PACKAGE_MANAGERS.join(' or ')}; default: the one that runs this
  --no-install   do not install the dependencies
  --no-git       do not make a git repository
  -y, --yes      ask nothing and take the defaults
  -f, --force    create it in a folder that is not empty, overwriting files of the same name
  --json         print the outcome as JSON
  -h, --help     show this
  -v, --version  show the version

Exit codes: 0 created, 1 failed (nothing is left behind), 2 invalid command line, 130 interrupted.`

/** An invalid command line. */
export class UsageError extends Error {}

/** The parsed command line. */
export interface Flags {
  name: string | undefined
  template: TemplateName | undefined
  packageManager: PackageManager | undefined
  install: boolean
  git: boolean
  force: boolean
  yes: boolean
  json: boolean
  help: boolean
  version: boolean
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: FLAGS, allowPositionals: true, allowNegative: true })
  } catch (error) {
    throw new UsageError(usageProblem(error as Error & { code?: string }, argv))
  }
}

/** @throws UsageError */
export function readFlags(argv: readonly string[]): Flags {
  const { values, positionals } = parse(argv)
  const [name, ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`one name is enough, not ${positionals.length}: ${positionals.join(' ')}`)
  const templates = (Object.keys(TEMPLATES) as TemplateName[]).filter(template => values[template])
  if (templates.length > 1) throw new UsageError(`choose one of ${templates.map(each => `--${each}`).join(' and ')}`)
  const packageManager = PACKAGE_MANAGERS.find(each => each === values.pm)
  if (values.pm !== undefined && packageManager === undefined) {
    throw new UsageError(`--pm is ${PACKAGE_MANAGERS.join(' or ')}, not ${values.pm}`)
  }
  return {
    name,
    template: templates[0],
    packageManager,
    install: values.install ?? true,
    git: values.git ?? true,
    force: values.force ?? false,
    yes: values.yes ?? false,
    json: values.json ?? false,
    help: values.help ?? false,
    version: values.version ?? false,
  }
}

function usageProblem({ code, message }: Error & { code?: string }, argv: readonly string[]): string {
  const flag = /'(--?[\w-]+)/.exec(message)?.[1] ?? argv.find(word => word.startsWith('-')) ?? ''
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message.split('\n', 1)[0]!
  const known = [...Object.keys(FLAGS).map(name => `--${name}`), '--no-install', '--no-git']
  const meant = suggest(flag, known)
  return `there is no option ${flag}${meant ? `; did you mean ${meant}?` : ''}`
}
