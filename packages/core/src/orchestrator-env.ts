/** What Kubernetes sets for each service, after the service's name: `ARLEN_SERVICE_HOST` for one called arlen. */
const SERVICE = /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/
/** What Kubernetes and Docker set for each port of a service: `ARLEN_PORT_3000_TCP_ADDR`. */
const PORT = /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/
/** A URL in place of a number: `ARLEN_PORT=tcp://10.0.0.1:3000`. */
const ADDRESS = /^(tcp|udp|sctp):\/\//

/**
 * Whether an orchestrator has set a variable for a service whose name happens to begin like ours. Such a variable is not a
 * setting.
 */
export function isSetByOrchestrator(variable: string, value: string): boolean {
  return SERVICE.test(variable) || PORT.test(variable) || (variable.endsWith('_PORT') && ADDRESS.test(value))
}
