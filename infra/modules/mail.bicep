// Communication Services: mail. Until a domain of one's own is verified it comes from a domain of Azure, a few mails a minute.
param name string
param tags object
@description('A domain of one\'s own, such as sdtoolsinc.org. Empty: none.')
param domain string
@description('Whether the domain has the records that `az communication email domain show` names, and was verified.')
param isVerified bool
@description('The part before the @.')
param sender string
param appPrincipalId string
param logsId string

var usesOwn = !empty(domain) && isVerified

resource email 'Microsoft.Communication/emailServices@2023-04-01' = {
  name: '${name}-email'
  location: 'global'
  tags: tags
  properties: { dataLocation: 'United States' }
}

resource azures 'Microsoft.Communication/emailServices/domains@2023-04-01' = {
  parent: email
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: { domainManagement: 'AzureManaged', userEngagementTracking: 'Disabled' }
}

resource own 'Microsoft.Communication/emailServices/domains@2023-04-01' = if (!empty(domain)) {
  parent: email
  name: empty(domain) ? 'none' : domain
  location: 'global'
  tags: tags
  properties: { domainManagement: 'CustomerManaged', userEngagementTracking: 'Disabled' }
}

resource senders 'Microsoft.Communication/emailServices/domains/senderUsernames@2023-04-01' = if (!empty(domain)) {
  parent: own
  name: sender
  properties: { username: sender, displayName: 'T.O.O.L.S Inc' }
}

resource service 'Microsoft.Communication/communicationServices@2023-04-01' = {
  name: name
  location: 'global'
  tags: tags
  properties: { dataLocation: 'United States', linkedDomains: [usesOwn ? own.id : azures.id] }
}

// Communication and Email Service Owner.
resource owner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(service.id, appPrincipalId, 'owner')
  scope: service
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '09976791-48a7-449e-bb21-39d1a415f350'
    )
  }
}

resource sent 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'logs'
  scope: service
  properties: {
    workspaceId: logsId
    logs: [{ category: 'EmailStatusUpdateOperational', enabled: true }]
    metrics: [{ category: 'Traffic', enabled: true }]
  }
}

output endpoint string = 'https://${name}.unitedstates.communication.azure.com'
output from string = usesOwn ? '${sender}@${domain}' : 'DoNotReply@${azures.properties.mailFromSenderDomain}'
