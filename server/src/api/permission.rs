//! Who may do what: the permission words of the endpoints and the rights of roles (D-37).

use crate::model::Role;

/// The right that an endpoint asks for; every endpoint of the table names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// No token needed.
    Public,
    /// Any valid session.
    Session,
    /// See that objects exist and their state.
    Demo,
    /// See the organization's objects and readings.
    Viewer,
    /// Send data to the organization's devices.
    Operator,
    /// Edit the organization's objects.
    Manager,
    /// Decide who gets what of the organization, and for how much.
    ManageAccess,
}

impl Permission {
    /// The seed's word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Permission::Public => "none",
            Permission::Session => "any authenticated user",
            Permission::Demo => "demo",
            Permission::Viewer => "viewer",
            Permission::Operator => "operator",
            Permission::Manager => "manager",
            Permission::ManageAccess => "owner/manager (manage access to org)",
        }
    }
}

impl Role {
    /// Whether the role has the right (D-37).
    pub const fn may(self, permission: Permission) -> bool {
        use Role::*;
        match permission {
            Permission::Public | Permission::Session | Permission::Demo => true,
            Permission::Viewer => matches!(self, Owner | Manager | TechnicalManager | Operator | Viewer),
            Permission::Operator => {
                matches!(self, Owner | Manager | TechnicalManager | Operator | MonitorOperator)
            }
            Permission::Manager => matches!(self, Owner | Manager | TechnicalManager),
            Permission::ManageAccess => matches!(self, Owner | Manager),
        }
    }
}

impl Role {
    /// Whether values of parameters are shown to the role (D-37).
    pub const fn sees_values(self) -> bool {
        !matches!(self, Role::MonitorNoParams)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rights_follow_the_table_of_roles() {
        use Permission::*;
        let rights =
            |role: Role| [Demo, Viewer, Operator, Manager, ManageAccess].map(|permission| role.may(permission));
        assert_eq!(rights(Role::Owner), [true, true, true, true, true]);
        assert_eq!(rights(Role::Manager), [true, true, true, true, true]);
        assert_eq!(rights(Role::TechnicalManager), [true, true, true, true, false]);
        assert_eq!(rights(Role::Operator), [true, true, true, false, false]);
        assert_eq!(rights(Role::Viewer), [true, true, false, false, false]);
        assert_eq!(rights(Role::MonitorOperator), [true, false, true, false, false]);
        assert_eq!(rights(Role::MonitorViewer), [true, false, false, false, false]);
        assert_eq!(rights(Role::MonitorNoParams), [true, false, false, false, false]);
    }
}
