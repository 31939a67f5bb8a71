// What the services say of themselves, and the app cannot: they fill up, or answer with errors.
param name string
param tags object
param peopleId string
param onCallId string
param databaseId string
param appIds string[]
@description('Empty where there is no Front Door.')
param frontDoorId string
@description('Empty where there is no cache of its own.')
param cacheIds string[]

resource databaseFull 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-sql-fills-up'
  location: 'global'
  tags: tags
  properties: {
    description: 'The database of forms, mail and audit is fuller than 80 %: when it is full no form is taken.'
    severity: 2
    enabled: true
    scopes: [databaseId]
    evaluationFrequency: 'PT1H'
    windowSize: 'PT1H'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'full'
          metricNamespace: 'Microsoft.Sql/servers/databases'
          metricName: 'storage_percent'
          timeAggregation: 'Maximum'
          operator: 'GreaterThan'
          threshold: 80
        }
      ]
    }
    actions: [{ actionGroupId: peopleId }]
  }
}

resource databaseBusy 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: '${name}-sql-is-busy'
  location: 'global'
  tags: tags
  properties: {
    description: 'The database has worked at its limit for a quarter of an hour: forms and mail wait. Choose a larger size.'
    severity: 3
    enabled: true
    scopes: [databaseId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'busy'
          metricNamespace: 'Microsoft.Sql/servers/databases'
          metricName: 'dtu_consumption_percent'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 90
        }
      ]
    }
    actions: [{ actionGroupId: peopleId }]
  }
}

resource failing 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (id, at) in appIds: {
    name: '${name}-app-fails-${at}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The app answers with errors of its own (5xx).'
      severity: 1
      enabled: true
      scopes: [id]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'errors'
            metricNamespace: 'Microsoft.Web/sites'
            metricName: 'Http5xx'
            timeAggregation: 'Total'
            operator: 'GreaterThan'
            threshold: 10
          }
        ]
      }
      actions: [{ actionGroupId: onCallId }]
    }
  }
]

// Whether the app answers with errors, or does not answer at all: Front Door then says 503.
resource edgeFails 'Microsoft.Insights/metricAlerts@2018-03-01' = if (!empty(frontDoorId)) {
  name: '${name}-edge-fails'
  location: 'global'
  tags: tags
  properties: {
    description: 'More than 5 % of what people asked of Front Door ended in an error, or reached no app.'
    severity: 1
    enabled: true
    scopes: [frontDoorId]
    evaluationFrequency: 'PT1M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'errors'
          metricNamespace: 'Microsoft.Cdn/profiles'
          metricName: 'Percentage5XX'
          timeAggregation: 'Average'
          operator: 'GreaterThan'
          threshold: 5
        }
      ]
    }
    actions: [{ actionGroupId: onCallId }]
  }
}

resource cacheFull 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for (id, at) in cacheIds: {
    name: '${name}-cache-fills-up-${at}'
    location: 'global'
    tags: tags
    properties: {
      description: 'The cache is fuller than 80 %. It forgets nothing to make room: writing would fail.'
      severity: 2
      enabled: true
      scopes: [id]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: 'full'
            metricNamespace: 'Microsoft.Cache/redisEnterprise'
            metricName: 'usedmemorypercentage'
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: 80
          }
        ]
      }
      actions: [{ actionGroupId: peopleId }]
    }
  }
]
