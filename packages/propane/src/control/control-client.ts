import { ArlenError } from '@arlen/core/error-table'
import { propaneError } from '../errors.ts'
import { net } from '../system/builtins.ts'
import { checkControlSocket } from './control-path.ts'
import type { ControlReply, ControlRequest } from './control-server.ts'

/**
 * Sends a command to the propane behind a control socket and resolves with its outcome.
 *
 * @throws propane_not_running if nothing answers, command_failed if the socket cannot be trusted, or the error of the command with
 *   its code
 */
export async function sendCommand(path: string, request: ControlRequest): Promise<unknown> {
  checkPath(path)
  const reply = await exchange(path, request)
  if (!reply.ok) throw new ArlenError(reply.error.code, reply.error.message)
  return reply.result
}

function checkPath(path: string): void {
  try {
    checkControlSocket(path)
  } catch (cause) {
    if (cause instanceof ArlenError) throw cause
    throw propaneError('propane_not_running', { path }, { cause }) // its folder does not exist either
  }
}

function exchange(path: string, request: ControlRequest): Promise<ControlReply> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = net.connect(path)
    socket.setEncoding('utf8')
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`))
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.once('error', cause => reject(propaneError('propane_not_running', { path }, { cause })))
    socket.once('close', () => {
      if (text.endsWith('\n')) resolve(JSON.parse(text) as ControlReply)
      else
        reject(
          propaneError('command_failed', { reason: `propane ended before it said what came of ${request.command}` }),
        )
    })
  })
}
