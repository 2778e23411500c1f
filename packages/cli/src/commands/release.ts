import { resolve } from 'node:path'
import {
  type Command,
  type CommandInput,
  checkOptions,
  checkWords,
  chooseWord,
  type Io,
  jsonLine,
  textOption,
  UsageError,
} from '../command.ts'

type Releases = typeof import('@arlen/release')

interface Task {
  releases: Releases
  /** The arguments after the action. */
  words: readonly string[]
  input: CommandInput
  io: Io
}

interface Action {
  /** How many arguments it takes. */
  words: readonly number[]
  options: readonly string[]
  run(task: Task): Promise<number | undefined>
}

const BUILD = ['root', 'out', 'archive', 'sign', 'platform', 'allowDirty', 'include', 'exclude']
const SWITCH = ['target', 'env', 'canary', 'request', 'reload', 'watch', 'maxErrorRate', 'timeout']

const ACTIONS: Readonly<Record<string, Action>> = {
  build: { words: [0], options: BUILD, run: build },
  init: { words: [0], options: ['target'], run: init },
  activate: { words: [1], options: SWITCH, run: activate },
  rollback: { words: [0, 1], options: SWITCH, run: rollback },
  contract: { words: [0], options: ['target', 'env', 'dryRun'], run: contract },
  list: { words: [0], options: ['target'], run: list },
  status: { words: [0], options: ['target'], run: status },
  verify: { words: [0, 1], options: ['target'], run: verify },
  prune: { words: [0], options: ['target', 'keep', 'dryRun'], run: prune },
}

export const releaseCommand: Command = {
  usage: 'release [...words]',
  json: 'document',
  actions: [
    ['build', 'Build the commit that is checked out into releases/'],
    ['init', 'Prepare a target folder'],
    ['activate <release>', 'Migrate, try it, and switch to it'],
    ['rollback [release]', 'Switch to the previous one, or to another'],
    ['contract', 'Apply the migrations that older releases could not live with'],
    ['list', 'List the releases'],
    ['status', 'Show what runs'],
    ['verify [release]', 'Compare the files with the manifest'],
    ['prune', 'Delete old releases'],
  ],
  description: `Build a release, switch to it, roll back: ${Object.keys(ACTIONS).join(', ')}`,
  options: [
    ['--target <folder>', 'Target folder, instead of the working directory'],
    ['--root <folder>', 'build: folder of the application'],
    ['--out <folder>', 'build: folder for releases, instead of releases/'],
    ['--archive', 'build: also write one file, with its checksum beside it'],
    ['--sign <key>', 'build: sign the archive with this private Ed25519 key, of openssl (PEM) or minisign'],
    ['--platform <names>', 'build: where its native modules are to run, such as linux-x64,linux-arm64; default here'],
    ['--allow-dirty', 'build: include uncommitted changes'],
    ['--include <glob...>', 'build: include files that Git does not track'],
    ['--exclude <glob...>', 'build: exclude files'],
    ['--env <name>', 'Environment whose configuration applies, default production'],
    ['--no-canary', 'activate, rollback: do not try the release before the switch'],
    ['--request <path...>', 'activate, rollback: path that the release must answer before the switch; repeatable'],
    ['--reload <how>', 'activate, rollback: auto (through propane), none, or a command'],
    [
      '--watch <seconds>',
      'activate, rollback: watch errors for that long after the switch, and switch back if they rise',
    ],
    ['--max-error-rate <percent>', 'activate, rollback: share of responses that may be errors meanwhile, default 1'],
    ['--timeout <seconds>', 'activate, rollback: time for the canary, and again for the reload; default 60'],
    ['--keep <n>', 'prune: how many releases to keep besides the running one, default 4'],
    ['--dry-run', 'contract, prune: print the plan and change nothing'],
  ],
  examples: [
    'arlen release build --archive',
    'arlen release activate 20261129T231500Z-33a22450ab12 --target /srv/shop',
    'arlen release rollback --target /srv/shop',
  ],
  async run(input, io) {
    const [name, ...words] = input.args
    const action = chooseWord('release', name, ACTIONS)
    checkWords(`release ${name}`, action.words, words)
    checkOptions(`release ${name}`, action.options, input)
    return action.run({ releases: await import('@arlen/release'), words, input, io })
  },
}

function targetOf({ input, io }: Task): string {
  return resolve(io.cwd, textOption(input, 'target') ?? '.')
}

function listOption(input: CommandInput, name: string): string[] {
  const value = input.options[name]
  return value === undefined ? [] : [value].flat().map(String)
}

/** Prints a result: as JSON if requested, else as lines. */
function print({ input, io }: Task, result: unknown, lines: readonly string[]): undefined {
  if (input.options.json === true) io.out(jsonLine(result))
  else for (const line of lines) io.out(line)
}

async function build(task: Task): Promise<undefined> {
  const { releases, input, io } = task
  const out = textOption(input, 'out')
  const started = performance.now()
  const { dir, manifest, existed } = await releases.buildRelease({
    root: resolve(io.cwd, textOption(input, 'root') ?? '.'),
    ...(out !== undefined && { outDir: resolve(io.cwd, out) }),
    allowDirty: input.options.allowDirty === true,
    include: listOption(input, 'include'),
    exclude: listOption(input, 'exclude'),
    ...(input.options.platform !== undefined && {
      platforms: listOption(input, 'platform').flatMap(names => names.split(',')),
    }),
  })
  const keyFile = textOption(input, 'sign')
  const wantsArchive = input.options.archive === true || keyFile !== undefined
  const archive = wantsArchive
    ? await releases.archiveRelease(dir, { keyFile, password: io.env.ARLEN_SIGN_PASSWORD })
    : undefined
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const files = Object.keys(manifest.files).length
  print(task, { id: manifest.id, dir, existed, archive: archive?.file ?? null }, [
    existed ? `${manifest.id} was built before, and is the same.` : `${manifest.id}: ${files} files in ${seconds} s.`,
    dir,
    ...(archive ? [archive.file] : []),
  ])
}

async function init(task: Task): Promise<undefined> {
  const target = targetOf(task)
  await task.releases.initTarget(target)
  print(task, { target }, [`${target} is a target. Put the environment of the application into shared/env.`])
}

function switchOptions(task: Task): import('@arlen/release').SwitchOptions {
  const { input, io } = task
  const timeoutMs = secondsOption(input, 'timeout')
  const forMs = secondsOption(input, 'watch')
  const percent = textOption(input, 'maxErrorRate')
  if (percent !== undefined && !(Number(percent) >= 0 && Number(percent) <= 100)) {
    throw new UsageError('--max-error-rate takes a percentage, such as 1')
  }
  if (percent !== undefined && forMs === undefined) throw new UsageError('--max-error-rate needs --watch')
  const maxErrorRate = percent === undefined ? undefined : Number(percent) / 100
  const how = textOption(input, 'reload')
  const reload: import('@arlen/release').ReloadMode =
    how === undefined || how === 'auto' ? 'auto' : how === 'none' ? 'none' : ['sh', '-c', how]
  const onStep = (step: string, detail: string) => io.err(`${step.padEnd(14)} ${detail}`)
  return {
    target: targetOf(task),
    environment: textOption(input, 'env'),
    canary: input.options.canary !== false,
    requests: listOption(input, 'request').map(path => ({ path })),
    reload,
    timeoutMs,
    ...(forMs !== undefined && { watch: { forMs, maxErrorRate } }),
    ...(input.options.json !== true && { onStep }),
  }
}

/** An option in seconds, converted to milliseconds. */
function secondsOption(input: CommandInput, name: string): number | undefined {
  const seconds = textOption(input, name)
  if (seconds === undefined) return undefined
  if (!(Number(seconds) > 0)) throw new UsageError(`--${name} takes seconds, such as 60`)
  return Number(seconds) * 1000
}

function switched({
  from,
  to,
  migrated,
  deferred,
  reloaded,
  watched,
}: import('@arlen/release').SwitchResult): string[] {
  const lines = [`${to} is the running release${from === undefined || from === to ? '' : `, after ${from}`}.`]
  if (migrated.length > 0) lines.push(`Applied ${migrated.join(', ')}.`)
  if (deferred.length > 0) {
    lines.push(`Waiting until no older release can come back (arlen release contract): ${deferred.join(', ')}.`)
  }
  if (watched) lines.push(`Of ${watched.answered} answers since then, ${watched.failed} were errors.`)
  if (!reloaded) lines.push('Nothing was reloaded. Start it with current/bin/app start.')
  return lines
}

async function activate(task: Task): Promise<undefined> {
  const [release = ''] = task.words
  const result = await task.releases.activateRelease({ ...switchOptions(task), release: named(release, task.io) })
  print(task, result, switched(result))
}

/** The path of an archive or folder is relative to the working directory; an id is not a path. */
function named(release: string, io: Io): string {
  return /[\\/]|\.tar\.zst$/.test(release) ? resolve(io.cwd, release) : release
}

async function rollback(task: Task): Promise<undefined> {
  const result = await task.releases.rollbackRelease({ ...switchOptions(task), to: task.words[0] })
  print(task, result, switched(result))
}

async function contract(task: Task): Promise<undefined> {
  const dryRun = task.input.options.dryRun === true
  const environment = textOption(task.input, 'env')
  const result = await task.releases.contractRelease({ target: targetOf(task), environment, dryRun })
  const { migrations, excluded } = result
  const lines =
    migrations.length === 0
      ? ['Nothing to apply.']
      : [`${dryRun ? 'Would apply' : 'Applied'} ${migrations.join(', ')}.`]
  if (excluded.length > 0) lines.push(`${excluded.join(', ')} cannot come back ${dryRun ? 'after that' : 'any more'}.`)
  print(task, result, lines)
}

async function list(task: Task): Promise<undefined> {
  const all = await task.releases.listReleases(targetOf(task))
  const lines = all.map(({ id, state, version, activatedAt }) => {
    const mark = state === 'present' ? '' : state
    return `${mark.padEnd(8)}  ${id}  ${version}${activatedAt === null ? '' : `  ran since ${activatedAt}`}`
  })
  print(task, all, lines.length === 0 ? ['There are no releases.'] : lines)
}

async function status(task: Task): Promise<undefined> {
  const found = await task.releases.targetStatus(targetOf(task))
  const { current, previous, holder, interrupted, history } = found
  const lines = [`current   ${current ?? 'none'}`, `previous  ${previous ?? 'none'}`]
  if (holder) lines.push(`working   ${holder.user}@${holder.host}, ${holder.command} since ${holder.since}`)
  if (interrupted) {
    const { action, to, step } = interrupted
    lines.push(`The last ${action}${to === null ? '' : ` of ${to}`} was killed at ${step}. Run it again, or rollback.`)
  }
  for (const { at, user, action, from, to, outcome, reason } of history) {
    lines.push(`${at}  ${user}  ${action} ${from ?? '-'} → ${to ?? '-'}  ${outcome}${reason ? `: ${reason}` : ''}`)
  }
  print(task, found, lines)
}

async function verify(task: Task): Promise<number> {
  const [id] = task.words
  const target = targetOf(task)
  const dir =
    id === undefined
      ? resolve(target, 'current')
      : /[\\/]/.test(id)
        ? resolve(task.io.cwd, id)
        : resolve(target, 'releases', id)
  const changes = await task.releases.findChanges(dir)
  print(
    task,
    changes,
    changes.length === 0
      ? ['Every file is as it was built.']
      : changes.map(({ path, problem }) => `${problem.padEnd(7)}  ${path}`),
  )
  return changes.length === 0 ? 0 : 1
}

async function prune(task: Task): Promise<undefined> {
  const keep = textOption(task.input, 'keep')
  if (keep !== undefined && !/^[1-9]\d*$/.test(keep)) throw new UsageError('--keep takes a number from 1 on, such as 4')
  const dryRun = task.input.options.dryRun === true
  const removed = await task.releases.pruneReleases({
    target: targetOf(task),
    ...(keep !== undefined && { keep: Number(keep) }),
    dryRun,
  })
  const what = dryRun ? 'Would remove' : 'Removed'
  print(task, removed, removed.length === 0 ? ['Nothing to remove.'] : [`${what} ${removed.join(', ')}.`])
}
