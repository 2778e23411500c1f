import { type OptionTable, option } from '@arlen/core/options'
import type { DeployTarget } from './define-deploy.ts'

/** Options that all commands on several hosts share. */
export interface HostsOptions {
  target: DeployTarget
  /** The addresses or roles of the hosts that are meant. Default: all. */
  only?: readonly string[] | undefined
  /** Returns the commands and runs none. Default false. */
  dryRun?: boolean | undefined
}

/** Rules of {@link HostsOptions}. */
export const HOSTS_OPTIONS: OptionTable<HostsOptions> = {
  target: option.required(option.object),
  only: option.listOf(option.text),
  dryRun: option.boolean,
}
