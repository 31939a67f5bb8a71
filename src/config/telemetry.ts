import { z } from 'zod'
import { area } from './area.ts'
import { partsOf } from './connection-string.ts'
import { anyText, isLocalhost, isUrlOf, onOrOff, serviceUrl, wholeNumber } from './schemas.ts'

/** As OpenTelemetry has it: `key=value,key2=value2`, values encoded as in URLs. */
const headerList = z.string().transform((text, context) => {
  const pairs = text.split(',').map((pair) => /^\s*([\w-]+)\s*=\s*(\S*)\s*$/.exec(pair))
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        if (!pair?.[1]) throw new SyntaxError()
        return [pair[1], decodeURIComponent(pair[2] ?? '')] as const
      }),
    )
  } catch {
    context.addIssue('must be key=value, separated by commas, with values encoded as in URLs')
    return z.NEVER
  }
})

const defaultIngestion = 'https://dc.services.visualstudio.com'

const connectionString = z.string().transform((text, context) => {
  const parts = partsOf(text)
  const ingestion = parts.get('ingestionendpoint')
  if (
    !parts.get('instrumentationkey') ||
    (ingestion !== undefined && !serviceUrl.safeParse(ingestion).success)
  ) {
    context.addIssue('must be the connection string of an Application Insights resource')
    return z.NEVER
  }
  return parts
})

export const telemetry = area({
  title: 'Telemetry',
  owns: ['TELEMETRY_'],
  settings: {
    TELEMETRY: {
      schema: onOrOff,
      fallback: 'on',
      says: 'Traces and metrics: every line of the log has the ids of what it belongs to, through work that is done later and mail. off: nothing of it.',
    },
    METRICS_PORT: {
      schema: wholeNumber(0, 65_535),
      example: '9464',
      says: 'Node alone: `GET /metrics` for Prometheus on this port. It asks for no token: keep it from the world. 0 picks a free port.',
    },
    METRICS_HOST: {
      schema: anyText,
      fallback: '127.0.0.1',
      says: 'The address on which METRICS_PORT listens.',
    },
    OTEL_EXPORTER_OTLP_ENDPOINT: {
      // A collector is mostly beside the program, in a network of its own.
      schema: z.string().refine(isUrlOf(['http:', 'https:']), { message: 'must be an http or https URL' }),
      example: 'http://localhost:4318',
      says: 'Where traces and metrics are sent by OTLP over HTTP (JSON), without /v1/traces.',
    },
    OTEL_EXPORTER_OTLP_HEADERS: {
      schema: headerList,
      isSecret: true,
      example: 'api-key=abc',
      says: 'What that place wants to be told: key=value, separated by commas, values encoded as in URLs.',
    },
    APPLICATIONINSIGHTS_CONNECTION_STRING: {
      schema: connectionString,
      isSecret: true,
      says: 'Application Insights: its rows are requests, calls, metrics and logins. The host of Azure Functions reads it as well.',
    },
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: {
      schema: z.string().refine((text) => partsOf(text).get('authorization') === 'AAD', {
        message: 'must have Authorization=AAD',
      }),
      example: 'Authorization=AAD',
      says: 'As the managed identity (AZURE_CLIENT_ID says which), where Application Insights takes no keys: it needs the role Monitoring Metrics Publisher.',
    },
    OTEL_SERVICE_NAME: {
      schema: anyText,
      fallback: 'tools-inc-api',
      says: 'As what this program is shown there.',
    },
    TELEMETRY_SAMPLE_RATE: {
      schema: z.coerce.number().min(0).max(1),
      fallback: '0.05',
      says: 'Which share of the traces that went well is sent, 0 to 1. What failed or was slow is always sent; metrics count everything.',
    },
    TELEMETRY_SLOW_MS: {
      schema: wholeNumber(1, 3_600_000),
      fallback: '1000',
      says: 'A trace that takes longer is always sent.',
    },
  },
  read(values, { runtime, problem, isSet }) {
    const isOn = values.TELEMETRY === 'on'
    if (isSet('METRICS_PORT') && runtime !== 'node')
      problem('METRICS_PORT', 'is for Node alone: nothing else can listen on a second port')
    for (const name of ['METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT'] as const)
      if (isSet(name) && !isOn) problem([name, 'TELEMETRY'], 'needs TELEMETRY=on')
    if (isSet('OTEL_EXPORTER_OTLP_HEADERS') && !isSet('OTEL_EXPORTER_OTLP_ENDPOINT'))
      problem('OTEL_EXPORTER_OTLP_HEADERS', 'needs OTEL_EXPORTER_OTLP_ENDPOINT')
    // Where there is a host it is for that one, too: with TELEMETRY=off it is no mistake.
    const insights = values.APPLICATIONINSIGHTS_CONNECTION_STRING
    const endpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT
    const isInClear = endpoint !== undefined && isUrlOf(['http:'])(endpoint) && !isLocalhost(endpoint)
    if (isInClear && isSet('OTEL_EXPORTER_OTLP_HEADERS'))
      problem(
        ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_HEADERS'],
        'would be sent in clear: needs an https URL',
      )
    return {
      config: {
        telemetry: {
          isOn,
          metrics: { port: values.METRICS_PORT, host: values.METRICS_HOST },
          otlpEndpoint: endpoint,
          applicationInsights: isOn
            ? {
                endpoint: insights?.get('ingestionendpoint') ?? defaultIngestion,
                byIdentity: isSet('APPLICATIONINSIGHTS_AUTHENTICATION_STRING'),
              }
            : null,
          serviceName: values.OTEL_SERVICE_NAME,
          sampleRate: values.TELEMETRY_SAMPLE_RATE,
          slowMs: values.TELEMETRY_SLOW_MS,
        },
      },
      secrets: {
        otlpHeaders: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
        /** Undefined: nothing goes to Application Insights. */
        instrumentationKey: insights?.get('instrumentationkey'),
      },
    }
  },
})
