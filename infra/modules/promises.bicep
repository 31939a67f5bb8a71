// Who is told when a promise is about to be broken. The rules are made of a table: npm run docs:slo; docs/slo.md says what each means.
param name string
param location string
param tags object
param logsId string
param insightsId string
@description('Where people reach the API.')
param apiUrl string
@description('Who is called at night too.')
param onCallId string
@description('Who reads a mail in the morning.')
param peopleId string
@description('Rules look every quarter of an hour at most, and one place asks from outside: Azure charges for each time.')
param isThrifty bool

var table = loadJsonContent('../alerts.json')
// In the United States, as Azure names the places that ask.
var places = ['us-va-ash-azr', 'us-tx-sn1-azr', 'us-il-ch1-azr', 'us-ca-sjc-azr', 'us-fl-mia-edge']

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in table.rules: {
    name: '${name}-${rule.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: '${name} ${rule.name}'
      description: '${rule.says} What to do: docs/runbooks.md, ${rule.name}.'
      severity: rule.severity
      enabled: true
      scopes: [logsId]
      evaluationFrequency: isThrifty ? rule.thrifty.frequency : rule.full.frequency
      windowSize: isThrifty ? rule.thrifty.window : rule.full.window
      // Tables are there once the first row is.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [rule.tells == 'on-call' ? onCallId : peopleId] }
    }
  }
]

resource uptime 'Microsoft.Insights/webtests@2022-06-15' = [
  for test in table.uptime: {
    name: '${name}-uptime-${test.name}'
    location: location
    tags: union(tags, { 'hidden-link:${insightsId}': 'Resource' })
    kind: 'standard'
    properties: {
      Name: test.name
      SyntheticMonitorId: '${name}-uptime-${test.name}'
      Description: 'Asks GET ${test.path} from outside.'
      Enabled: true
      Kind: 'standard'
      Frequency: isThrifty ? test.thrifty.everySeconds : test.full.everySeconds
      Timeout: 30
      RetryEnabled: false
      Locations: [for place in take(places, isThrifty ? test.thrifty.places : test.full.places): { Id: place }]
      Request: {
        RequestUrl: '${apiUrl}${test.path}'
        HttpVerb: 'GET'
        FollowRedirects: false
        ParseDependentRequests: false
      }
      ValidationRules: union(
        { ExpectedHttpStatusCode: 200 },
        test.certificateDays == null ? {} : { SSLCheck: true, SSLCertRemainingLifetimeCheck: test.certificateDays }
      )
    }
  }
]

resource board 'Microsoft.Insights/workbooks@2022-04-01' = {
  name: guid(resourceGroup().id, 'promises')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: '${name}: what is promised, and how it is kept'
    category: 'workbook'
    sourceId: logsId
    version: 'Notebook/1.0'
    serializedData: replace(loadTextContent('../workbook.json'), '{workspace}', logsId)
  }
}
