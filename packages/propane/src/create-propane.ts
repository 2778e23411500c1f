import { resolveAccessories } from './accessories.ts'
import { bootPrimary } from './primary/boot.ts'
import { type PropaneHandle, type PropaneOptions, readPropaneOptions } from './propane-handle.ts'

/**
 * Runs an application in worker processes behind one listening socket. Resolves once the socket is bound and the workers
 * have been started; `ready` resolves when they serve.
 *
 * @throws option_unknown, option_invalid, settings_invalid, app_not_found, env_file_unreadable, port_in_use, bind_not_permitted, bind_failed,
 *   propane_running, pid_file_failed, log_file_failed, user_unknown
 */
export async function createPropane(options: PropaneOptions): Promise<PropaneHandle> {
  const { app, args, execArgv, env, reread, ...input } = readPropaneOptions(options)
  const first = reread ? await reread() : {}
  return bootPrimary({ app, args, execArgv, env, reread, input }, resolveAccessories({ ...first }, { ...input }))
}
