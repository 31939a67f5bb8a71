// Where logs and measures go, who is told, and what may be spent.
param name string
param location string
param tags object
@description('Who is told when something is wrong.')
param alertEmail string
@description('Who is told at night too, such as the address by which an incident begins in PagerDuty. Empty: the same people.')
param onCallEmail string
@description('Who is called as well, in digits, where the country code is 1. Empty: nobody.')
param alertPhone string
@description('Dollars a month.')
param monthlyBudget int
@description('The first day of a month. It stays the same for the life of a budget.')
param budgetStart string
param retentionDays int
param dailyQuotaGb int
param appPrincipalId string
@description('The IPv4 and IPv6 addresses of people are cut off by Application Insights unless this is true. Leave it.')
param keepsAddresses bool = false

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${name}-logs'
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyQuotaGb }
    features: { disableLocalAuth: true, enableLogAccessUsingOnlyResourcePermissions: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${name}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    DisableIpMasking: keepsAddresses
    DisableLocalAuth: true
  }
}

// Monitoring Metrics Publisher: may write measures and traces, and read nothing.
resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, appPrincipalId, 'publisher')
  scope: insights
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3913510d-42f4-4e42-8a64-420c390055eb'
    )
  }
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'people'
    enabled: true
    emailReceivers: [{ name: 'people', emailAddress: alertEmail, useCommonAlertSchema: true }]
  }
}

// What cannot wait until the morning.
resource onCall 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-on-call'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'on-call'
    enabled: true
    emailReceivers: [
      {
        name: 'on-call'
        emailAddress: empty(onCallEmail) ? alertEmail : onCallEmail
        useCommonAlertSchema: true
      }
    ]
    smsReceivers: empty(alertPhone) ? [] : [{ name: 'on-call', countryCode: '1', phoneNumber: alertPhone }]
  }
}

resource budget 'Microsoft.Consumption/budgets@2023-11-01' = {
  name: '${name}-budget'
  properties: {
    category: 'Cost'
    amount: monthlyBudget
    timeGrain: 'Monthly'
    timePeriod: { startDate: budgetStart }
    notifications: {
      spent: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 80
        thresholdType: 'Actual'
        contactEmails: [alertEmail]
        contactGroups: [people.id]
      }
      foreseen: {
        enabled: true
        operator: 'GreaterThan'
        threshold: 100
        thresholdType: 'Forecasted'
        contactEmails: [alertEmail]
        contactGroups: [people.id]
      }
    }
  }
}

output logsId string = logs.id
output connectionString string = insights.properties.ConnectionString
output peopleId string = people.id
output onCallId string = onCall.id
output insightsId string = insights.id
