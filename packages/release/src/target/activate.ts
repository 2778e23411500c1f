import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { releaseError } from '../errors.ts'
import { runStep } from './explain.ts'
import { readHistory, successfulReleases } from './history.ts'
import { operate } from './operation.ts'
import { receiveRelease } from './receive.ts'
import { SWITCH_OPTIONS, type SwitchOptions, type SwitchResult, switchTo, UNTOUCHED } from './switch-to.ts'
import { releaseIds, type TargetFolder, targetFolder } from './target-folder.ts'

/** Options of {@link activateRelease}. */
export interface ActivateOptions extends SwitchOptions {
  /** The id of a release in the target, or the path of a release's archive or folder. */
  release: string
}

/** Options of {@link rollbackRelease}. */
export interface RollbackOptions extends SwitchOptions {
  /** The release to go back to. Default: the previous one. */
  to?: string | undefined
}

const ACTIVATE_OPTIONS: OptionTable<ActivateOptions> = { ...SWITCH_OPTIONS, release: option.required(option.text) }
const ROLLBACK_OPTIONS: OptionTable<RollbackOptions> = { ...SWITCH_OPTIONS, to: option.text }

/**
 * Makes a release the running one: verifies it, checks the configuration, applies expanding migrations, tries it next to
 * the running one, switches `current` and reloads. A failure before the switch leaves the running release untouched; after
 * the switch, it goes back.
 *
 * @throws target_missing, target_locked, release_unknown, release_changed, archive_invalid, checksum_wrong, signature_wrong, node_unfit,
 *   platform_unfit, config_invalid, schema_ahead, contract_in_between, canary_failed, reload_failed, watch_impossible, errors_rose, step_failed;
 *   ArlenError of a migration that fails
 */
export async function activateRelease(given: ActivateOptions): Promise<SwitchResult> {
  const options = readOptions('activateRelease()', given, ACTIVATE_OPTIONS)
  const target = targetFolder(options.target)
  const name = options.release
  return operate(target, 'activate', name.split(/[\\/]/).at(-1)!, async operation => {
    const id = await runStep('unpack', UNTOUCHED, () => receiveRelease(target, name))
    return switchTo(target, id, options, operation, {
      migrates: true,
      refuse: steps => releaseError('schema_ahead', { id, steps: steps.join(', ') }),
    })
  })
}

/**
 * Goes back to an earlier release, unless a contracting migration has removed something it uses. Migrations are not undone.
 *
 * @throws no_previous, rollback_forbidden, release_running and what {@link activateRelease} throws
 */
export async function rollbackRelease(given: RollbackOptions): Promise<SwitchResult> {
  const options = readOptions('rollbackRelease()', given, ROLLBACK_OPTIONS)
  const target = targetFolder(options.target)
  return operate(target, 'rollback', options.to, async operation => {
    const id = options.to ?? (await previousRelease(target, operation.from))
    if (id === undefined) throw releaseError('no_previous')
    if (id === operation.from) throw releaseError('release_running', { id })
    return switchTo(target, id, options, operation, {
      migrates: false,
      refuse: (steps, possible) => {
        const rest = possible.length === 0 ? ' No other release can run either.' : ` Possible: ${possible.join(', ')}.`
        return releaseError('rollback_forbidden', { id, steps: steps.join(', '), possible: rest })
      },
    })
  })
}

/** The release that ran before the current one and still exists. */
export async function previousRelease(target: TargetFolder, current: string | undefined): Promise<string | undefined> {
  const there = new Set(await releaseIds(target))
  return successfulReleases(await readHistory(target)).find(id => id !== current && there.has(id))
}
